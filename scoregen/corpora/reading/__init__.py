"""From files of any ensemble to movements in tokens."""
