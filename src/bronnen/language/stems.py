"""What a Dutch form could come from by the rules of spelling: candidates, to be held against a list of words.

    huizen -> huiz, huis, ...; beheert -> beheeren, beheren, ...

Only for making the look-up table: most candidates are no words.
"""

from __future__ import annotations

import re

_VOWELS = "aeou"
_PARTICIPLE = re.compile(r"(.{0,8}?)ge(.{2,})")


def stems(form: str, kind: str) -> list[str]:
    """Candidates for the lemma of a lower-case form of class NOUN, VERB, AUX or ADJ, in no order that means anything.

    >>> "huis" in stems("huizen", "NOUN"), "beheren" in stems("beheert", "VERB"), "groot" in stems("grote", "ADJ")
    (True, True, True)
    """
    if kind == "NOUN":
        return _noun(form)
    if kind == "ADJ":
        return [
            closed
            for ending in ("e", "ere", "er", "st", "ste")
            if form.endswith(ending)
            for closed in _closed(form[: -len(ending)])
        ]
    return _verb(form) if kind in ("VERB", "AUX") else []


def _noun(form: str) -> list[str]:
    found = []
    if form.endswith("heden"):
        found.append(form[:-5] + "heid")
    for ending in ("'s", "s", "ën", "eren", "tje", "je", "tjes", "jes"):
        if form.endswith(ending):
            found.append(form[: -len(ending)])
    if form.endswith("ën"):
        found.append(form[:-2] + "e")
    if form.endswith("en"):
        found += [*_closed(form[:-2]), form[:-1]]
    return found


def _verb(form: str) -> list[str]:
    bare = [form]
    match = _PARTICIPLE.fullmatch(form)
    if match:
        bare.append(match[1] + match[2])
    found = [word for word in bare[1:] if word.endswith("en")]
    for word in bare:
        for ending in ("", "t", "d", "te", "de", "ten", "den"):
            if word.endswith(ending):
                found += _infinitives(word[: len(word) - len(ending)])
    return found


def _closed(stem: str) -> list[str]:
    """Spellings of an open stem at the end of a word: signal -> signaal, vlagg -> vlag, huiz -> huis."""
    found = [stem]
    if len(stem) > 2:
        if stem[-1] == stem[-2]:
            found.append(stem[:-1])
        elif stem[-2] in _VOWELS and stem[-3] not in _VOWELS:
            found.append(stem[:-1] + stem[-2] + stem[-1])
    return found + [word[:-1] + {"v": "f", "z": "s"}[word[-1]] for word in found if word[-1:] in ("v", "z")]


def _infinitives(stem: str) -> list[str]:
    """Infinitives of a verb's stem: beheer -> beheren, stel -> stellen, geef -> geven, reis -> reizen."""
    if len(stem) < 2:
        return []
    last = {"f": "v", "s": "z"}.get(stem[-1], stem[-1])
    found = [stem + "en", stem[:-1] + last + "en", stem + stem[-1] + "en"]
    if len(stem) > 2 and stem[-2] == stem[-3] and stem[-2] in _VOWELS:
        found += [stem[:-2] + stem[-1] + "en", stem[:-2] + last + "en"]
    return found
