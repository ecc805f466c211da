"""What the page of an evaluation says, in Dutch (B1) and English; the two have the same keys."""

from __future__ import annotations

NL = {
    "title": "Hoe goed leest bronnen?",
    "lead": "Bronnen las {units} {unit} uit {documents} documenten{organisations}. "
    "Deze pagina zet naast elkaar wat bronnen vond en wat er volgens de labels in {path} staat.",
    "organisations_of": " van {number} organisaties",
    "one_organisation": " van één organisatie",
    "passage": "passages",
    "sentence": "zinnen",
    "versions": "Sommige documenten zijn versies van elkaar. Die tellen voor de marges samen als één; "
    "dan blijven er {groups} over.",
    "learned": "Let op: van {documents} van de {all} documenten heeft dit model geleerd{versions}. "
    "Op teksten die het al kent, scoort een model beter dan op nieuwe. De cijfers hieronder zijn dus te mooi.",
    "learned_versions": ", en {number} zijn er een versie van",
    "not_learned": "Dit model heeft van geen van deze documenten geleerd.",
    "learned_unknown": "Let op: bij dit model staat niet van welke documenten het heeft geleerd. Zitten deze erbij, "
    "dan zijn de cijfers hieronder te mooi.",
    "lost": "Labels die geen plek hebben in de documenten en niet meetellen: {number}.",
    "short": "In het kort",
    "precision_said": "Ziet bronnen deze kennis in een tekst, dan klopt dat in {share} van de 100 gevallen{range}.",
    "recall_said": "Staat die kennis in een tekst, dan vindt bronnen haar in {share} van de 100 gevallen{range}.",
    "range": " (marge: {range})",
    "nothing": "De labels noemen deze kennis nergens. Er valt dus niets te meten.",
    "nothing_found": "Bronnen zag deze kennis nergens.",
    "called_for_said": "Gevraagd, nog niet gebruikt: F1 {f1}{range}, bij {cases} gevallen.",
    "called_for_nothing": "Gevraagd, nog niet gebruikt: geen gevallen in de labels.",
    "all": "Alle cijfers",
    "all_said": "Onder elk cijfer staat de marge. Met andere documenten van dezelfde soort zou het cijfer in 95 van de "
    "100 keer ongeveer daarbinnen vallen. Een streepje betekent: er is niets om het cijfer mee uit te rekenen.",
    "source": "Bron",
    "cases": "Gevallen",
    "documents": "Documenten",
    "precision": "Klopt (precisie)",
    "recall": "Gevonden (recall)",
    "f1": "F1",
    "ap": "Gemiddelde precisie",
    "macro": "gemiddeld",
    "curves": "Strenger of ruimer",
    "curves_said": "Ligt de grens hoog, dan klopt bijna alles wat bronnen vindt, maar mist het veel (links). Ligt de "
    "grens laag, dan vindt het meer en klopt er minder van (rechts). De stip is de grens die het model nu gebruikt.",
    "curves_lines": "Doorgetrokken: gebruikt. Gestreept, met de open stip: gevraagd. Die stip ligt vaak naast de lijn: "
    "waar bronnen ziet dat een tekst de kennis gebruikt, telt het haar niet ook nog als gevraagd.",
    "axis_recall": "gevonden",
    "axis_precision": "klopt",
    "calibration": "Kloppen de kansen?",
    "calibration_said": "Bronnen geeft bij elk label een kans. Krijgt iets de kans 0,7, dan moet het label in 7 van de "
    "10 gevallen kloppen. Dan ligt de stip op de schuine lijn. Ligt hij eronder, dan is bronnen te zeker van zijn "
    "zaak; ligt hij erboven, dan is het te voorzichtig. Open stippen rusten op minder dan 20 gevallen. Het gaat hier "
    "om ‘gebruikt’.",
    "axis_score": "kans volgens bronnen",
    "axis_share": "klopt echt",
    "error": "Gemiddelde fout",
    "brier": "Brierscore",
    "skill": "Winst op gokken",
    "skill_said": "De gemiddelde fout telt alleen kansen vanaf {least}. Winst op gokken: 1 is volmaakt; bij 0 is de "
    "kans niet beter dan steeds hetzelfde gemiddelde noemen.",
    "counted": "Goed en fout geteld",
    "tp": "Goed gevonden",
    "fp": "Ten onrechte",
    "fn": "Gemist",
    "tn": "Terecht niets",
    "threshold": "Grens",
    "genres": "Per soort tekst",
    "organisations": "Per organisatie",
    "parts_said": "F1 voor ‘gebruikt’, met de marge waar er vijf of meer documenten zijn, en daarachter het aantal "
    "gevallen. Een eigen regel is er vanaf {least} {unit} met kennis uit een van de bronnen. Verschillen tussen kleine "
    "aantallen zeggen weinig.",
    "rest": "alle andere ({number})",
    "misses": "De ergste missers",
    "misses_said": "Hier lagen bronnen en labels het verst uit elkaar. Soms zit de fout in het label. De teksten komen "
    "uit de documenten: ga er net zo zorgvuldig mee om.",
    "false_positives": "Bronnen zag het, de labels niet",
    "false_negatives": "De labels hebben het, bronnen niet",
    "none_missed": "Geen.",
    "page": "blz. {page}",
    "score": "kans {score}",
    "by_labels": "labels",
    "by_model": "bronnen",
    "no_label": "niets",
    "agreement": "Zijn de lezers het eens?",
    "agreement_said": "Kappa en alpha: 1 is volledig eens, 0 is niet meer dan toeval. Waar lezers het onderling "
    "oneens zijn, kan een model het niet met allemaal eens zijn.",
    "agreement_one": "Kappa en alpha: 1 is volledig eens, 0 is niet meer dan toeval. In deze labels staat van maar één "
    "lezer wat die vond. Hoe goed lezers het onderling eens zijn, is dus niet te zeggen.",
    "first": "Eerste",
    "second": "Tweede",
    "both": "beide",
    "units": "Aantal",
    "kappa": "Kappa",
    "alpha": "Alpha",
    "alpha_of_all": "alle lezers samen",
    "model": "bronnen",
    "labels": "de labels",
    "how": "Hoe je dit leest",
    "terms": [
        ("Passage", "Een alinea, of een deel ervan van hoogstens zo’n 120 woorden."),
        ("Gebruikt", "De tekst steunt hier op deze kennis."),
        ("Gevraagd", "De tekst vraagt om deze kennis of belooft haar, maar heeft haar nog niet."),
        ("F1", "Eén cijfer voor ‘klopt’ en ‘gevonden’ samen, van 0 tot 1. Zijn beide hoog, dan is F1 hoog."),
        (
            "Gemiddelde precisie",
            "Hoe goed de rangorde van de kansen is, los van de grens. 1 is volmaakt.",
        ),
        (
            "Marge",
            "Uit {rounds} keer opnieuw trekken van hele documenten. Rust een cijfer op minder dan {least} documenten, "
            "dan staat er geen marge bij. Ook niet als geen document het cijfer tegenspreekt: 1,00 is dan geen "
            "zekerheid.",
        ),
    ],
    "made": "Gemaakt met bronnen {version}, model {model}, {rounds} trekkingen, startgetal {seed}.",
    "compare_title": "Welk model leest beter?",
    "compare_lead": "Twee modellen lazen dezelfde {units} {unit} uit {documents} documenten{organisations}. De labels "
    "in {path} zeggen wat er echt staat.",
    "compare_said": "Het verschil is B min A. Onder het verschil staat de marge. Valt nul daarbinnen, dan kan het "
    "verschil toeval zijn: dat is geen bewijs dat de modellen even goed zijn. ‘B beter’ zegt in hoeveel van de 100 "
    "trekkingen B beter was. Hier staan {number} vergelijkingen: ook zonder echt verschil valt er van elke twintig "
    "gemiddeld één buiten de marge.",
    "learned_model": "Model {letter} heeft van {documents} van de {all} documenten geleerd{versions}. Zijn cijfers "
    "zijn dus te mooi, en de vergelijking is niet eerlijk als het andere model ze niet kent.",
    "learned_unknown_model": "Bij model {letter} staat niet van welke documenten het heeft geleerd. Zitten deze erbij, "
    "dan is de vergelijking niet eerlijk.",
    "difference": "Verschil",
    "above": "B beter, van de 100",
    "outcome": "Uitkomst",
    "first is better": "A is beter",
    "second is better": "B is beter",
    "no difference shown": "geen verschil aangetoond",
    "cannot be told": "niet te zeggen",
    "compared_f1": "F1",
    "compared_ap": "Gemiddelde precisie",
    "made_both": "Gemaakt met bronnen {version}. Model A is {first}, model B is {second}. {rounds} trekkingen, "
    "startgetal {seed}.",
}

EN = {
    "title": "How well does bronnen read?",
    "lead": "Bronnen read {units} {unit} from {documents} documents{organisations}. "
    "This page sets what bronnen found beside what the labels in {path} say.",
    "organisations_of": " of {number} organisations",
    "one_organisation": " of one organisation",
    "passage": "passages",
    "sentence": "sentences",
    "versions": "Some documents are versions of one another. For the margins those count as one, which makes {groups}.",
    "learned": "Mind: this model learned from {documents} of the {all} documents{versions}. A model scores better on "
    "texts that it knows than on new ones. The figures below are too good.",
    "learned_versions": ", and {number} are versions of those",
    "not_learned": "This model learned from none of these documents.",
    "learned_unknown": "Mind: this model does not tell which documents it learned from. If these are among them, the "
    "figures below are too good.",
    "lost": "Labels that have no place in the documents and do not count: {number}.",
    "short": "In short",
    "precision_said": "When bronnen sees this knowledge in a text, it is right in {share} of 100 cases{range}.",
    "recall_said": "When a text rests on this knowledge, bronnen finds it in {share} of 100 cases{range}.",
    "range": " (margin: {range})",
    "nothing": "The labels name this knowledge nowhere, so there is nothing to measure.",
    "nothing_found": "Bronnen saw this knowledge nowhere.",
    "called_for_said": "Called for, not yet used: F1 {f1}{range}, over {cases} cases.",
    "called_for_nothing": "Called for, not yet used: no cases in the labels.",
    "all": "All figures",
    "all_said": "Under each figure stands its margin. With other documents of the same kind the figure would fall "
    "within it in some 95 of 100 times. A dash means: there is nothing to work the figure out from.",
    "source": "Source",
    "cases": "Cases",
    "documents": "Documents",
    "precision": "Right (precision)",
    "recall": "Found (recall)",
    "f1": "F1",
    "ap": "Average precision",
    "macro": "mean",
    "curves": "Stricter or wider",
    "curves_said": "With a high threshold nearly all that bronnen finds is right, but it misses much (left). With a "
    "low one it finds more and less of it is right (right). The dot is the threshold that the model uses now.",
    "curves_lines": "Solid: used. Dashed, with the open dot: called for. That dot is often beside the line: where "
    "bronnen sees that a text uses the knowledge, it does not count it as called for too.",
    "axis_recall": "found",
    "axis_precision": "right",
    "calibration": "Do the probabilities hold?",
    "calibration_said": "Bronnen gives a probability with each label. Where that is 0.7, the label should be right in "
    "7 of 10 cases: then the dot lies on the slanted line. Below it, bronnen is too sure; above it, too careful. Open "
    "dots rest on fewer than 20 cases. This is about ‘used’.",
    "axis_score": "probability by bronnen",
    "axis_share": "really right",
    "error": "Mean error",
    "brier": "Brier score",
    "skill": "Gain on guessing",
    "skill_said": "The mean error counts probabilities from {least} only. Gain on guessing: 1 is perfect; at 0 the "
    "probability is no better than always naming the same mean.",
    "counted": "Right and wrong, counted",
    "tp": "Rightly found",
    "fp": "Wrongly found",
    "fn": "Missed",
    "tn": "Rightly nothing",
    "threshold": "Threshold",
    "genres": "Per kind of text",
    "organisations": "Per organisation",
    "parts_said": "F1 for ‘used’, with the margin where there are five documents or more, and then the number of "
    "cases. From {least} {unit} with knowledge from any source there is a line of its own. Differences between small "
    "numbers say little.",
    "rest": "all others ({number})",
    "misses": "The worst misses",
    "misses_said": "Here bronnen and the labels lay furthest apart. Sometimes the label is wrong. The texts come from "
    "the documents: treat them with the same care.",
    "false_positives": "Bronnen saw it, the labels do not have it",
    "false_negatives": "The labels have it, bronnen did not see it",
    "none_missed": "None.",
    "page": "p. {page}",
    "score": "probability {score}",
    "by_labels": "labels",
    "by_model": "bronnen",
    "no_label": "nothing",
    "agreement": "Do the readers agree?",
    "agreement_said": "Kappa and alpha: 1 is full agreement, 0 no more than chance. Where readers differ, "
    "a model cannot agree with all of them.",
    "agreement_one": "Kappa and alpha: 1 is full agreement, 0 no more than chance. These labels tell what only one "
    "reader found, so how far readers agree with each other cannot be told.",
    "first": "First",
    "second": "Second",
    "both": "both",
    "units": "Number",
    "kappa": "Kappa",
    "alpha": "Alpha",
    "alpha_of_all": "all readers together",
    "model": "bronnen",
    "labels": "the labels",
    "how": "How to read this",
    "terms": [
        ("Passage", "A paragraph, or a part of one of at most some 120 words."),
        ("Used", "The text rests on this knowledge here."),
        ("Called for", "The text asks for this knowledge or promises it, but does not have it yet."),
        ("F1", "One figure for ‘right’ and ‘found’ together, from 0 to 1. When both are high, F1 is high."),
        ("Average precision", "How good the order of the probabilities is, whatever the threshold. 1 is perfect."),
        (
            "Margin",
            "From drawing whole documents again {rounds} times. Where a figure rests on fewer than {least} documents "
            "there is none. Nor where no document contradicts the figure: 1.00 is no certainty then.",
        ),
    ],
    "made": "Made with bronnen {version}, model {model}, {rounds} draws, seed {seed}.",
    "compare_title": "Which model reads better?",
    "compare_lead": "Two models read the same {units} {unit} from {documents} documents{organisations}. The labels in "
    "{path} say what is really there.",
    "compare_said": "The difference is B less A. Under it stands its margin. Where that holds zero, the difference may "
    "be chance: that is no proof that the models are equally good. ‘B better’ says in how many of 100 draws B was "
    "better. These are {number} comparisons: without any real difference, one in twenty falls outside its margin.",
    "learned_model": "Model {letter} learned from {documents} of the {all} documents{versions}. Its figures are too "
    "good, and the comparison is not fair if the other model does not know them.",
    "learned_unknown_model": "Model {letter} does not tell which documents it learned from. If these are among them, "
    "the comparison is not fair.",
    "difference": "Difference",
    "above": "B better, of 100",
    "outcome": "Outcome",
    "first is better": "A is better",
    "second is better": "B is better",
    "no difference shown": "no difference shown",
    "cannot be told": "cannot be told",
    "compared_f1": "F1",
    "compared_ap": "Average precision",
    "made_both": "Made with bronnen {version}. Model A is {first}, model B is {second}. {rounds} draws, seed {seed}.",
}

WORDS = {"nl": NL, "en": EN}
