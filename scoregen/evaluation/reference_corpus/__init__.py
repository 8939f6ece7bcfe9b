"""Works to compare with: from the files of a corpus to what comparing needs, made once and kept."""
