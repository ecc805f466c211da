"""Dutch words apart from their full stops: spaCy's tokenizer with its list of abbreviations put right.

spaCy's Dutch exceptions come from a list of Belgian law abbreviations that holds ordinary words ('dat.', 'hand.',
'top.'), so that a sentence's last word keeps its full stop. Those go; abbreviations of the sentence rules come in.
The trained pipeline stores its tokenizer, so this runs when one is made and not when it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.util import registry

from bronnen.language.boundaries import abbreviations, word_list

BARE = {"nlp": {"tokenizer": {"@tokenizers": "bronnen.bare_tokenizer.v1"}}}
"""What a stored pipeline begins with: filled from disk, it need not first learn spaCy's list (half a second)."""


def _bare_tokenizer() -> Callable[[Language], Tokenizer]:
    return lambda nlp: Tokenizer(nlp.vocab)


registry.tokenizers.register("bronnen.bare_tokenizer.v1", func=_bare_tokenizer)


def mend_tokenizer(nlp: Any) -> Any:
    """The pipeline itself, its tokenizer without full stops on ordinary words.

    >>> import spacy
    >>> [token.text for token in mend_tokenizer(spacy.blank("nl"))("Ik zag dat. Zie art. 3.")]
    ['Ik', 'zag', 'dat', '.', 'Zie', 'art.', '3', '.']
    """
    known = abbreviations() - word_list("also_words")
    words = word_list("also_words")
    rules = {form: parts for form, parts in nlp.tokenizer.rules.items() if _stays(form, known, words)}
    for word in sorted(known):
        for form in (f"{word}.", f"{word.capitalize()}.", f"{word.upper()}."):
            if _stays(form, known, words):
                rules.setdefault(form, [{65: form}])  # 65 is spacy.attrs.ORTH
    nlp.tokenizer.rules = rules
    return nlp


def _stays(form: str, known: frozenset[str], words: frozenset[str]) -> bool:
    word = form[:-1].lower()
    if not form.endswith(".") or not any(character.isalpha() for character in word):
        return True
    if word in words:
        return False
    return "." in word or len(word) == 1 or word in known
