"""The routes of the review pages. All of them work as plain forms and links; the script only spares a reload."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from flask import Flask, Response, abort, make_response, redirect, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from bronnen.errors import BronnenError
from bronnen.records import Source, Use
from bronnen.review import differences as apart
from bronnen.review import view
from bronnen.review.desk import LONGEST, Desk
from bronnen.review.guard import Door, guarded
from bronnen.review.pictures import Pictures, State, pages_of
from bronnen.review.said import SAID
from bronnen.review.sheet import PlannedSheet, filled
from bronnen.review.view import Asked
from bronnen.settings import Settings
from bronnen.taxonomy import looks

FOLDER = Path(__file__).parent
_MESSAGES = ("saved_all", "undone", "nothing_to_undo", "remark_saved", "seen_other")
_NAME = re.compile(r"[0-9a-f]{16}-[0-9]{1,10}-[0-9]{1,10}")
_USES: dict[str, Use | None] = {"none": None, **{use.value: use for use in Use}}
_SHOWN = 50  # differences on a page


@dataclass(frozen=True, slots=True)
class Review:
    """What the pages are made of; `sheet` where an audit plan is judged. `name` is for who gives none.

    `early` tells of how many sampled passages each person, by name, said something before: the sheet is not theirs.
    """

    desk: Desk
    settings: Settings
    door: Door
    name: str = ""
    language: str = "nl"
    sheet: PlannedSheet | None = None
    early: Mapping[str, int] = field(default_factory=dict)


def create_app(review: Review) -> Flask:
    """The pages over a store that is open for writing."""
    app = Flask("bronnen.review", static_folder=None, template_folder=None)
    guarded(app, review.door)
    pages = _Pages(review)
    for rule, view_of, methods in pages.routes():
        app.add_url_rule(rule, view_of.__name__, view_of, methods=methods)
    app.register_error_handler(HTTPException, pages.refused)
    app.register_error_handler(BronnenError, pages.failed)
    return app


def good_name(told: str) -> str:
    """A person's name as it is kept, on one line; empty where it is none, or could be read as another maker's."""
    name = " ".join(normalize("NFC", told).split())
    is_good = 0 < len(name) <= 60 and name.isprintable() and ":" not in name and name.casefold() != "bronnen"
    return name if is_good else ""


class _Pages:
    """One method per address."""

    def __init__(self, review: Review) -> None:
        self.review, self.desk = review, review.desk
        self.pictures = Pictures(review.settings.ocr, keep_hidden=review.settings.extract.hidden == "keep")
        self.said: Mapping[str, Any] = SAID[review.language]
        self.templates = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip

    def routes(self) -> list[tuple[str, Callable[..., Any], list[str]]]:
        read, write = ["GET"], ["POST"]
        return [
            ("/", self.start, read),
            ("/naam", self.name, [*read, *write]),
            ("/passage/<name>", self.passage, read),
            ("/oordeel/<name>", self.judge, write),
            ("/opmerking/<name>", self.remark, write),
            ("/beeld/<name>/<int:number>.png", self.picture, read),
            ("/invloed/<name>", self.effect, read),
            ("/verschillen", self.differences, read),
            ("/verschillen/<name>", self.adjudicate, write),
            ("/overeenstemming.csv", self.agreement, read),
            ("/blad.csv", self.sheet, read),
            ("/klaar", self.finished, read),
            ("/review.css", self.style, read),
            ("/favicon.ico", self.icon, read),
            ("/review.js", self.script, read),
        ]

    # Passages.

    def start(self) -> Any:
        """To the first passage that is open."""
        if not self._who():
            return redirect("/naam")
        return self._to(self.desk.next_open(self._by()))

    def passage(self, name: str) -> Any:
        """One passage."""
        if not self._who():
            return redirect("/naam")
        place, asked = self._place(name), self._asked()
        seen = self.desk.see(place, asked.by, self._sentence(place))
        document, passage = seen.near.document, seen.near.passage
        state = self.pictures.state(document)
        return self._page(
            "passage.html.jinja",
            name=name,
            one=view.passage_facts(seen, asked),
            shown=view.shown(seen, asked),
            progress=view.progress_facts(self.desk.progress(asked.by), asked.language),
            picture=state.value,
            pages=pages_of(document, passage) if state is State.THERE else [],
            place=place + 1,
            all=len(self.desk.queue.items),
            links=self._links(place, seen.sentence, len(passage.sentences)),
            can_undo=self.desk.can_undo(asked.by),
            blind=asked.blind,
            longest=LONGEST,
            message=self._message(),
        )

    def judge(self, name: str) -> Any:
        """A press: one source, all sources to none, all as they stand, or the last one undone."""
        place, by = self._place(name), self._by()
        sentence = self._sentence(place)
        told = request.form.get("doe", "")
        if told == "terug":
            before = self.desk.undo(by)
            if before is None:
                return self._to(place, sentence, "m=nothing_to_undo")
            near = self.desk.see(before.place, by).near
            starts = [one.start for one in near.passage.sentences]
            at = starts.index(before.span.start) if before.span.unit == "sentence" else None
            return self._to(before.place, at, "m=undone")
        if told == "klopt":
            shown = view.shown(self.desk.see(place, by, sentence), self._asked())
            if request.form.get("gezien", "") != shown:  # another tab, model or mode: they saw something else
                return self._to(place, sentence, "m=seen_other")
            self.desk.confirm(place, by, sentence)
            if sentence is not None and sentence + 1 < self._sentences(place):
                return self._to(place, sentence + 1, "m=saved_all")
            return self._to(self.desk.next_open(by, place), None if sentence is None else 0, "m=saved_all")
        if told == "geen":
            self.desk.judge(place, by, dict.fromkeys(Source), sentence)
            return self._to(place, sentence, "m=saved_all")
        source, use = self._label(told)
        self.desk.judge(place, by, {source: use}, sentence)
        return self._to(place, sentence, f"bewaard={source.value}:{view.word(use)}")

    def remark(self, name: str) -> Any:
        """A remark at a passage."""
        place = self._place(name)
        self.desk.remark(place, self._by(), _printable(request.form.get("tekst", "")))
        return self._to(place, self._sentence(place), "m=remark_saved")

    def picture(self, name: str, number: int) -> Any:
        """A page with the passage marked on it."""
        seen = self.desk.see(self._place(name), self._by())
        document, passage = seen.near.document, seen.near.passage
        if number not in pages_of(document, passage) or self.pictures.state(document) is not State.THERE:
            abort(404)
        found = self.pictures.png(document, passage, number)
        if found is None:
            abort(404)
        return Response(found, mimetype="image/png")

    def effect(self, name: str) -> Any:
        """What people's verdicts do to the balance of the document, and with whom this person agrees."""
        asked, item = self._asked(), self.desk.queue.items[self._place(name)]
        analysis = None if asked.blind else self.desk.analysis(item.document_id)
        told = view.effect_facts(analysis, self.review.settings, asked.language) if analysis else None
        alike = [] if asked.blind else view.alike(self.desk.said(), asked.by)
        return self._page("effect.html.jinja", effect=told, alike=alike, blind=asked.blind, name=name)

    def finished(self) -> Any:
        """All done."""
        empty = not self.desk.queue.items
        return self._page("notice.html.jinja", heading=self.said["empty" if empty else "finished"],
                          text="" if empty else self.said["finished_said"])  # fmt: skip

    # People.

    def name(self) -> Any:
        """Asks who somebody is, and keeps that in a cookie."""
        told, wrong = request.form.get("naam", ""), ""
        if request.method == "POST":
            name = good_name(told)
            if name and name not in self.review.early:
                answer = make_response(redirect("/", 303))
                answer.set_cookie(self._cookie(), name, max_age=366 * 86_400, httponly=True, samesite="Lax")
                return answer
            wrong = str(self.said["name_early" if name else "name_wrong"]).format(count=self.review.early.get(name))
        answer = make_response(self._page("name.html.jinja", given=self._who() or self.review.name, wrong=wrong))
        answer.status_code = 400 if wrong else 200
        return answer

    def differences(self) -> Any:
        """Where people differ, side by side, and how far they agree."""
        self._refuse_blind()
        if not self._who():
            return redirect("/naam")
        said = self.desk.said()
        found = sorted(apart.differences(said), key=lambda one: not one.is_open)
        language = self.review.language
        return self._page(
            "differences.html.jinja",
            found=[view.difference_facts(one, language) for one in found[:_SHOWN]],
            known=self.desk.queue.places,
            open=sum(one.is_open for one in found),
            settled=sum(not one.is_open for one in found),
            cut=len(found) > _SHOWN,
            shown=_SHOWN,
            pairs=[
                (
                    apart.name_of(first),
                    apart.name_of(second),
                    [(source, use, one) for (source, use), one in told.items()],
                )
                for (first, second), told in apart.between(said).items()
            ],
            looks=looks(language),
            message=self._message(),
        )

    def adjudicate(self, name: str) -> Any:
        """A third judgement of what people differ about."""
        self._refuse_blind()
        by = f"adjudicated:{self._who() or abort(403)}"
        source, use = self._label(request.form.get("doe", ""))
        unit = request.form.get("eenheid", "")
        for one in apart.differences(self.desk.said()):
            like = one.like
            if (f"{like.document_id[:16]}-{like.start}-{like.end}", like.unit) == (name, unit) and source in one.said:
                self.desk.adjudicate(like, by, {source: use})
                return redirect(f"/verschillen?bewaard={source.value}:{view.word(use)}#{name}", 303)
        return abort(404)

    def agreement(self) -> Any:
        """How far each two people agree, as CSV."""
        self._refuse_blind()
        return _download(apart.agreement_csv(apart.between(self.desk.said())), "overeenstemming.csv")

    def sheet(self) -> Any:
        """The blind sheet of an audit plan as this person filled it in."""
        if self.review.sheet is None:
            abort(404)
        return _download(filled(self.review.sheet, self.desk.said(), self.desk.remarks(), self._by()), "blad.csv")

    # What does not change.

    def style(self) -> Any:
        """The style, with the colours of the taxonomy."""
        return Response(_style(), mimetype="text/css")

    def script(self) -> Any:
        """The script."""
        return Response((FOLDER / "review.js").read_bytes(), mimetype="text/javascript")

    def icon(self) -> Any:
        """None: browsers ask for one."""
        return Response(status=204)

    def refused(self, error: HTTPException) -> Any:
        """What cannot or may not be, in plain words."""
        if error.code in (301, 302, 303, 307, 308):
            return error
        key = "refused" if error.code == 403 else "not_found" if error.code == 404 else "failed"
        text = self.said[f"{key}_said"] if key != "failed" else f"{error.code} {error.name}"
        return self._page("notice.html.jinja", heading=self.said[key], text=text), error.code

    def failed(self, error: BronnenError) -> Any:
        """Trouble with the store: what was pressed was not kept."""
        return self._page("notice.html.jinja", heading=self.said["failed"], text=str(error)), 500

    # Inside.

    def _page(self, template: str, **told: Any) -> str:
        return self.templates.get_template(template).render(
            said=self.said,
            language=self.review.language,
            who=self._who(),
            has_sheet=self.review.sheet is not None,
            sees_others=not self._is_blind,
            **told,
        )

    def _cookie(self) -> str:
        return f"bronnen_naam_{self.review.door.port}"

    @property
    def _is_blind(self) -> bool:
        return self.desk.blind or self.review.sheet is not None

    def _refuse_blind(self) -> None:
        """What others said is not for who judges blind."""
        if self._is_blind:
            abort(404)

    def _who(self) -> str:
        name = good_name(request.cookies.get(self._cookie(), "")) or (
            "" if self.review.door.remote else self.review.name
        )
        return "" if name in self.review.early else name

    def _by(self) -> str:
        return f"person:{self._who() or abort(403)}"

    def _asked(self) -> Asked:
        return Asked(self._by(), self.review.language, self._is_blind)

    def _place(self, name: str) -> int:
        place = self.desk.queue.place(name) if _NAME.fullmatch(name) else None
        return abort(404) if place is None else place

    def _sentence(self, place: int) -> int | None:
        told = request.values.get("zin", "")
        if not told or self.review.sheet is not None:
            return None
        at = int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else abort(400)
        return at if at < self._sentences(place) else abort(404)

    def _sentences(self, place: int) -> int:
        return len(self.desk.see(place, self._by()).near.passage.sentences)

    def _label(self, told: str) -> tuple[Source, Use | None]:
        source, _, use = told.partition(":")
        if source not in list(Source) or use not in _USES:
            abort(400)
        return Source(source), _USES[use]

    def _message(self) -> str:
        told, kept = request.args.get("m", ""), request.args.get("bewaard", "")
        if kept:
            source, use = self._label(kept)
            return str(self.said["saved"]).format(
                name=looks(self.review.language)[source].short, use=self.said[view.word(use)]
            )
        return str(self.said[told]) if told in _MESSAGES else ""

    def _address(self, place: int, sentence: int | None = None) -> str:
        return f"/passage/{self.desk.queue.items[place].name}" + ("" if sentence is None else f"?zin={sentence}")

    def _to(self, place: int | None, sentence: int | None = None, more: str = "") -> Any:
        if place is None:
            return redirect("/klaar", 303)
        address = self._address(place, sentence)
        return redirect(address + (("&" if "?" in address else "?") + more if more else ""), 303)

    def _links(self, place: int, sentence: int | None, sentences: int) -> dict[str, str]:
        """Where the arrows lead, to the other way of looking, and to what is open; empty where there is nothing."""
        last = len(self.desk.queue.items) - 1
        first = None if sentence is None else 0
        back = self._address(place - 1, first) if place else ""
        on = self._address(place + 1, first) if place < last else ""
        if sentence is not None:
            back = self._address(place, sentence - 1) if sentence else back
            on = self._address(place, sentence + 1) if sentence + 1 < sentences else on
        other = "" if self.review.sheet is not None else self._address(place, 0 if sentence is None else None)
        return {"back": back, "on": on, "other": other}


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")


def _download(text: str, name: str) -> Response:
    answer = Response(text.encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@lru_cache(maxsize=1)
def _style() -> str:
    colours = "".join(
        f".{source} {{ background: {look.colour}; color: {look.ink}; }}\n" for source, look in looks().items()
    )
    return (FOLDER / "review.css").read_text(encoding="utf-8") + colours
