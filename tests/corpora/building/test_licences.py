"""Licences are recognised as people state them; the stricter of two statements counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.corpora.building.licences import KINDS, NOTHING, FolderLicences, Kind, licence_of, recognise


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("OpenScore (CC0)", "CC0-1.0", "public-domain"),
        ("cc-zero", "CC0-1.0", "public-domain"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", "public-domain"),
        ("publicdomain", "public domain", "public-domain"),
        ("Public Domain", "public domain", "public-domain"),
        (
            "License CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0); Copyright 2022 X",
            "CC-BY-4.0",
            "attribution",
        ),
        ("Creative Commons Attribution 4.0 International", "CC-BY", "attribution"),
        ("Licensed under http://creativecommons.org/licenses/by-sa/3.0/", "CC-BY-SA-3.0", "share-alike"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 3.0", "CC-BY-NC-SA", "non-commercial"),
        ("CC BY-NC-ND 4.0", "CC-BY-NC-ND-4.0", "non-commercial"),
        ("CC BY-ND 4.0", "CC-BY-ND-4.0", "no-derivatives"),
        ("MIT License\n\nCopyright (c) 2008 Somebody", "MIT", "attribution"),
        ("GNU General Public License", "GPL", "share-alike"),
        ("© 1998 Breitkopf", "© 1998 Breitkopf", "reserved"),
        ("Alle Rechte vorbehalten", "Alle Rechte vorbehalten", "reserved"),
        ("for personal use only", "non-commercial use", "non-commercial"),
        ("Copyright 1999. May be freely copied.", "Copyright 1999. May be freely copied.", "unknown"),
        ("Engraved in Leipzig", "Engraved in Leipzig", "unknown"),
        ("", "unknown", "unknown"),
    ],
)
def test_what_a_text_says(text: str, name: str, kind: Kind) -> None:
    found = recognise(text)
    assert (found.text, found.kind) == (name, kind)


def test_a_name_that_was_recognised_is_recognised_again() -> None:
    """Lists keep the name; its kind follows from it."""
    for text in ("OpenScore (CC0)", "CC BY-NC-SA 4.0", "MIT", "GPL", "public domain", "CC BY 4.0", "© 1998 X"):
        found = recognise(text)
        assert recognise(found.text).kind == found.kind != "unknown"


def test_a_manifest_counts_before_folders_and_a_stricter_file_before_both() -> None:
    free = recognise("CC0", "LICENSE")
    assert licence_of("CC BY 4.0", "", free).text == "CC-BY-4.0"
    assert licence_of("", "", free).text == "CC0-1.0" and licence_of("", "", NOTHING).kind == "unknown"
    assert licence_of("", "CC BY-SA 4.0", NOTHING).text == "CC-BY-SA-4.0"
    conflict = licence_of("CC0-1.0", "© 2020 A publisher", NOTHING)
    assert conflict.kind == "reserved" and conflict.text == "© 2020 A publisher [the manifest says CC0-1.0]"
    assert recognise(conflict.text).kind == "reserved"
    assert licence_of("CC BY-NC 4.0", "CC0", NOTHING).kind == "non-commercial"
    assert licence_of("the user's own", "", free).text == "the user's own"


def test_the_nearest_folder_with_a_statement_counts(tmp_path: Path) -> None:
    inner = tmp_path / "data" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "LICENSE").write_text("All rights reserved")
    (tmp_path / "data" / "LICENSE-CC0.txt").write_text("CC0 1.0 Universal")
    folders = FolderLicences(tmp_path / "data")
    assert folders.of(inner / "a.mid").text == folders.of(tmp_path / "data" / "a.mid").text == "CC0-1.0"
    (inner / "COPYING").write_text("Creative Commons Attribution 4.0")
    assert FolderLicences(tmp_path / "data").of(inner / "a.mid").kind == "attribution"
    assert FolderLicences(inner).of(inner / "a.mid").origin == "COPYING"
    (inner / "COPYING").unlink()
    assert FolderLicences(inner).of(inner / "a.mid") == NOTHING, "folders above the corpus say nothing about it"


def test_kinds_are_in_the_order_of_their_strictness() -> None:
    assert KINDS[0] == "public-domain" and KINDS[-1] == "unknown"
    assert recognise("").strictness < recognise("CC0").strictness < recognise("CC BY-NC 4.0").strictness
