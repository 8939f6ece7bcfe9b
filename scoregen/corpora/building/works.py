"""To which work a file belongs: movements, songs of a cycle and numbers of a collection are in one split.

A file claims works by its composer and title, by the numbers of catalogues, and by its place in a folder of numbered
files. Files with a claim in common are of one work, and the hash of the work decides on its split. A file that an
earlier build has put into a split stays there, whatever is added.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from scoregen.corpora.manifest import Split, name_hash, split_by_hash

_CATALOGUE = re.compile(
    r"\b(op|opus|k|kv|bwv|bux ?wv|d|hob|woo|rv|hwv|twv|sz|swv|kk|wq|l|s|m|fwv|lwv|zwv|h)\b\.? ?"
    r"(?:[ivxl]+ ?[:.] ?)?(?:no\.? ?)?(\d+)",
    re.I,
)
"""The number of a work in a catalogue: `Op. 48`, `BWV 244`, `Hob. III:77`."""
_NUMBER = (
    r"(?:\b(?:no|nr|num|mvt|mov|movement|satz|part|act|scene|book|vol|variation|var|song|lied)s?\b\.? ?|[#№n]°? ?)\d+"
)
_NUMBERED = re.compile(
    r"\b(symphon\w+|sinfoni\w+|sonat\w+|qu?art\w+|quatuor|concert\w+|konzert|trio|quint\w+|sext\w+|suite|serenad\w+|"
    r"divertiment\w+|partita|mass|messe|missa|overture|psalm)\b[^,;:]{0,20}?(?:\bn[or]\.? ?|[#№] ?)(\d+)",
    re.I,
)
"""A work that has a number of its own: `String Quartet No. 5`."""
_CATALOGUE_ITEM = re.compile(rf"[\s,:;(\[–—-]*{_CATALOGUE.pattern}.*$", re.I)
_IN_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_ITEM = re.compile(rf"[\s,:;(\[–—-]*{_NUMBER}.*$", re.I)
"""What follows the title of a work in that of one of its numbers: `, No. 3: Andante`."""
_ROMAN = re.compile(r"[\s,:;(–—-]+(?=[ivx]+\b)(?:x{0,3}(?:ix|iv|v?i{0,3}))\b[.:)]?.*$", re.I)
_LEADING = re.compile(r"^(\d{1,3})[a-z]?(?:[\s._-]+)(?=\D)")
_TRAILING = re.compile(
    r"(?:[\s._-]*(?:no|nr|mvt|mov|movement|part|pt|satz|act|scene)?[\s._-]*\d{1,3}[a-z]?|[\s._-]+[ivx]{1,4})$", re.I
)
_GENERIC = {"", "untitled", "title", "score", "new score", "untitled score", "full score", "composer"}
_GENRE = re.compile(
    r"(?:allemande|andante|arabes|ballad|bagatel|barcarol|berceuse|canon|canzon|capric|concert|courante|danc|danse|"
    r"divertiment|duet|duo|ecossais|elegi|etude|fantas|fuga|fugu|galop|gigue|gavott|hymn|impromptu|intermezz|lied|"
    r"ländler|landler|madrigal|march|marsch|mass|mazur|messe|minuet|menuet|missa|motet|nocturn|octet|ouvertur|overtur|"
    r"partit|piec|polon|prelud|praelud|quart|quint|rhapsod|romanc|romanz|rondo|sarabande|scherz|serenad|sext|sinfon|"
    r"sonat|song|stuck|studi|study|suite|symphon|tarantell|toccat|trio|variation|wals|walz|waltz|valse|major|minor|dur|"
    r"moll|flat|sharp|piano|violin|viola|cello|flute|oboe|clarinet|horn|organ|string|voice|choir|and|for|from|the|der|"
    r"die|das|und|fur|pour|des|les)\w*$"
)
"""Words of titles that many works share."""
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"})
"""Letters that have no accent to lose."""
_LEAST = 3
"""The letters of a name that can stand for a work."""


def work_claims(file: str, title: str = "", composer: str = "") -> tuple[str, ...]:
    """The works that a file says it belongs to: its composer with its title and with each number of a catalogue, and
    the folder if its name is numbered; what its name says if it says nothing else."""
    who, claims = " ".join(sorted(plain(composer).split())), []
    if who not in _GENERIC:
        what = plain_title(title)
        claims = [f"{who}: {found[1].lower().replace(' ', '')} {found[2]}" for found in _CATALOGUE.finditer(title)]
        if what not in _GENERIC and not (claims and _is_genre(what)):
            claims.append(f"{who}: {what}")
    path = PurePosixPath(file)
    if _is_numbered(path):
        claims.append(f"{path.parent.as_posix()}/")
    return tuple(dict.fromkeys(claims)) or (_by_name(path),)


def plain(text: str) -> str:
    """A name without accents, case, punctuation, years and further credits."""
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode() or text
    letters = re.sub(r"\([^)]*\d{4}[^)]*\)|\b1[3-9]\d\d\b|;.*$", " ", letters)
    return " ".join(re.sub(r"[^\w]+", " ", letters.lower()).split())


def plain_title(title: str) -> str:
    """The title of a whole work: what stands before its numbers and those of its movements."""
    title = _IN_BRACKETS.sub("", title).strip() or title
    if found := _NUMBERED.search(title):
        return plain(title[: found.end()])
    for ending in (_CATALOGUE_ITEM, _ITEM, _ROMAN):
        shorter = ending.sub("", title)
        title = shorter if len(plain(shorter)) >= _LEAST else title
    return plain(title)


def _is_genre(plain_title: str) -> bool:
    """Whether a title names no more than what kind of piece it is, in which key and for whom: `sonata in c major`."""
    return not [word for word in plain_title.split() if len(word) >= _LEAST and not _GENRE.match(word)]


def _is_numbered(path: PurePosixPath) -> bool:
    """Whether a file is one of a row in its folder: `03-Gloria`, `movement3`."""
    inside = path.parent.as_posix() != "."
    return inside and bool(_LEADING.match(path.stem) or (not path.stem.isdigit() and not _TRAILING.sub("", path.stem)))


def _by_name(path: PurePosixPath) -> str:
    """A file with a number at its end stands for what is before it."""
    stem = path.name.partition(".")[0] if path.name.count(".") == 1 else path.stem
    shorter = _TRAILING.sub("", stem)
    return f"{path.parent.as_posix()}/{(shorter if len(plain(shorter)) >= _LEAST else stem).lower()}"


def works_of(claims: Sequence[Sequence[str]]) -> list[str]:
    """The work of each file, by its claims: files with a claim in common are of one work, which has the first name of
    all their claims."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = name = leader[leader[name]]
        return name

    for own in claims:
        for claim in own[1:]:
            first, other = sorted((find(own[0]), find(claim)))
            leader[other] = first
    return [find(own[0]) for own in claims]


def split_works(works: Sequence[str], names: Sequence[str], earlier: Sequence[Split | None]) -> list[Split]:
    """The split of each file by the hash of its work; a work of which an earlier build has split files stays there.

    Of two works or more one is always for training and one for validation, those whose hashes are the last and the
    first; of one work with several files its files are divided in the same way.
    """
    keys = list(works) if len(set(works)) > 1 else list(names)
    splits = {key: split_by_hash(key) for key in keys}
    known: dict[str, Split] = {}
    for key, split in zip(keys, earlier, strict=True):
        if split is not None:
            known[key] = split if known.get(key, "train") == "train" else known[key]
    splits |= known
    for wanted, choose in (("train", max), ("valid", min)):
        free = [key for key in splits if key not in known] or list(splits)
        if wanted not in splits.values() and len(splits) > 1:
            splits[choose(free, key=name_hash)] = wanted  # type: ignore[assignment]  # it is a literal of Split
    return [split or splits[key] for key, split in zip(keys, earlier, strict=True)]
