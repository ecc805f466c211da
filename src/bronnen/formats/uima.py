"""One document of INCEpTION as UIMA CAS in XMI: its text, and spans of a layer of our own or of somebody else's.

UIMA is Java and counts UTF-16 units. A layer of one's own gives its name to the code, or has it in a feature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import quoteattr

from bronnen.errors import StoreError
from bronnen.formats import counting, without_surrogates
from bronnen.formats.coded import OURS, Coding, Left, Selection, Text, coder_name, utc
from bronnen.formats.guarded import tree
from bronnen.formats.json_values import units

LAYER = "Kennisbron"
STEP = "Export it again from INCEpTION, as UIMA CAS XMI (XML 1.0) or WebAnno TSV 3."
_FEATURES = ("code", "unit", "by", "at", "given")
_CODES = ("code", "codes", "label", "value", "kennisbron")
_PAIRS = (("source", "use"), ("bron", "gebruik"))
_OTHERS = frozenset(  # what INCEpTION itself puts on a text
    {"Token", "Sentence", "Lemma", "POS", "MorphologicalFeatures", "Stem", "SurfaceForm", "TagsetDescription"}
    | {"Dependency", "Constituent", "DocumentAnnotation", "PdfPage", "PdfChunk", "SofaChangeAnnotation", "Paragraph"}
    | {"Heading", "Div", "XmlElement", "XmlTextNode", "XmlAttribute", "XmlDocument", "CASMetadata", "Sofa", "View"}
)
_OWN_ATTRIBUTES = frozenset({"id", "sofa", "begin", "end", "order", "identifier", "name"})
_WHOLE = re.compile(r"[0-9]{1,9}")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ABOUT = "de/tudarmstadt/ukp/dkpro/core/api/metadata/type"


def codes_of(layer: str, features: Mapping[str, str]) -> list[str]:
    """The codes that an annotation gives, from its layer's name and its features.

    >>> codes_of("Bron", {"code": "ervaringskennis gebruikt"}), codes_of("Ervaringskennis", {})
    (['ervaringskennis gebruikt'], ['Ervaringskennis'])
    """
    own = {name.casefold(): value for name, value in features.items() if value and name not in _FEATURES[1:]}
    for pair in _PAIRS:
        if all(name in own for name in pair):
            return [" ".join(own[name] for name in pair)]
    found = [own[name] for name in _CODES if name in own]
    return found or list(own.values()) or [layer]


def read_xmi(name: str, content: bytes, coder: str, left: list[Left]) -> Text:
    """The text of a CAS with the spans on it, all by one coder; `coder` may be told better by our own layer.

    Raises:
        StoreError: it is damaged, declares a document type, or holds no text.
    """
    root = tree(name, content, STEP)
    sofas = [one for one in root.iter("Sofa") if one.get("sofaString") is not None]
    if not sofas:
        raise StoreError(f"{name} holds no text.", STEP)
    text, key, title = sofas[0].get("sofaString", ""), "", ""
    told: list[counting.Told] = []
    said: list[tuple[tuple[Coding, ...], str]] = []
    for one in root:
        if one.tag == "DocumentMetaData":
            found = one.get("documentId", "")
            key = found if re.fullmatch(r"[0-9a-f]{64}", found) else ""
            title = one.get("documentTitle", "")
        elif one.tag not in _OTHERS and one.get("begin") is not None:
            begin, end = one.get("begin", ""), one.get("end", "")
            own = {key: one.get(key, "") for key in one.keys() if not key.startswith("{")}  # noqa: SIM118
            features = {key: value for key, value in own.items() if key not in _OWN_ATTRIBUTES}
            codings = tuple(spoken(one.tag, features, coder))
            if not _WHOLE.fullmatch(begin) or not _WHOLE.fullmatch(end) or int(begin) >= int(end):
                left += [Left(name, f"'{coding.code}' on {begin[:12]}-{end[:12]} is no span") for coding in codings]
                continue
            told.append(counting.Told(int(begin), int(end)))
            said.append((codings, features.get("unit", "")))
    return placed(Text(title, text, key=key, where=name), told, said, left)


def spoken(layer: str, features: Mapping[str, str], coder: str) -> Iterable[Coding]:
    """The codings of an annotation; `by` is believed where the file is named after it, as ours are.

    INCEpTION copies what a document came with to everybody who opens it: a code that still is what the model gave is
    the model's.
    """
    by, at, given = coder_name(features.get("by")), utc(features.get("at", "")), features.get("given", "")
    who = by if by and coder == file_name(by) else coder
    return (Coding(code, OURS if by == OURS and code == given else who, at) for code in codes_of(layer, features))


def placed(
    text: Text, told: Sequence[counting.Told], said: Sequence[tuple[tuple[Coding, ...], str]], left: list[Left]
) -> Text:
    """The text with its selections, from offsets in UTF-16 units."""
    spans = counting.spans(counting.Written(text.text), told, counting.Counting(units=True))
    selections = []
    for span, one, (codings, unit) in zip(spans, told, said, strict=True):
        if span is None:
            where = f"{text.where}, {one.start}-{one.end}"
            left += [Left(where, f"'{coding.code}' does not lie in its text") for coding in codings]
        else:
            selections.append(Selection(*span, codings, unit=unit if unit in ("sentence", "passage") else ""))
    return Text(text.name, text.text, tuple(selections), text.key, where=text.where)


def file_name(coder: str) -> str:
    """A coder's name as the name of a file."""
    return re.sub(r"[^\w .@+-]", "_", coder).strip(" .")[:100] or "_"


def write_xmi(text: Text, selections: Sequence[Selection]) -> bytes:
    """A CAS of a text with some of its selections; characters that XML cannot hold become U+FFFD."""
    at = units(text.text)
    body: list[str] = []
    members: list[str] = []

    def element(tag: str, start: int, end: int, **features: str) -> None:
        members.append(str(len(members) + 2))
        told = "".join(f" {name}={_q(value)}" for name, value in features.items() if value)
        body.append(f'<{tag} xmi:id="{members[-1]}" sofa="1" begin="{at[start]}" end="{at[end]}"{told}/>\n')

    about = {"language": "nl", "documentTitle": text.name, "documentId": text.key}
    element("metadata:DocumentMetaData", 0, len(text.text), **about)
    for selection in selections:
        for coding in selection.codings:
            element(f"custom:{LAYER}", selection.start, selection.end, **features_of(selection, coding))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
        f'xmlns:cas="http:///uima/cas.ecore" xmlns:custom="http:///webanno/custom.ecore" '
        f'xmlns:metadata="http:///{_ABOUT}.ecore" xmi:version="2.0">\n<cas:NULL xmi:id="0"/>\n'
        f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString={_q(text.text)}/>\n'
        f'{"".join(body)}<cas:View sofa="1" members="{" ".join(members)}"/>\n</xmi:XMI>\n'
    ).encode()


def features_of(selection: Selection, coding: Coding) -> dict[str, str]:
    """What our layer tells of a coding."""
    given = coding.code if coding.coder == OURS else ""
    told = (coding.code, selection.unit, coding.coder, coding.at, given)
    return dict(zip(_FEATURES, told, strict=True))


def type_system() -> bytes:
    """What INCEpTION has to know of our layer: a span with five texts."""
    features = "".join(
        f"<featureDescription><name>{name}</name><description/><rangeTypeName>uima.cas.String</rangeTypeName>"
        "</featureDescription>"
        for name in _FEATURES
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<typeSystemDescription '
        'xmlns="http://uima.apache.org/resourceSpecifier"><types>\n'
        f"<typeDescription><name>webanno.custom.{LAYER}</name><description/>"
        f"<supertypeName>uima.tcas.Annotation</supertypeName><features>{features}</features></typeDescription>\n"
        "</types></typeSystemDescription>\n"
    ).encode()


def _q(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", without_surrogates(text)))
