"""What an auditor reads before judging: the tab 'uitleg' of a sheet, in plain Dutch.

It says in short what docs/codebook.md says at length, and nothing of what the model said.
"""

from __future__ import annotations

_TEXTS = (
    (
        "Waar gaat dit over?",
        "Op het tabblad 'beoordelen' staan {count} stukken tekst uit beleidsdocumenten. U zegt per stuk op welke "
        "kennis het steunt. Met uw oordelen berekenen we hoe vaak de documenten elke soort kennis gebruiken, en "
        "hoe goed het computermodel leest.",
    ),
    (
        "U ziet niet wat het model vond",
        "Dat is met opzet: het mag uw oordeel niet sturen. Kijk dus ook niet in de resultaten van bronnen voordat "
        "u klaar bent. De stukken staan door elkaar, want ze zijn door loting gekozen.",
    ),
    (
        "Zo werkt het",
        "Lees het hele stuk en de kop die erboven staat. Kies in elk van de drie kolommen een woord: gebruikt, "
        "gevraagd of geen. Vul altijd alle drie de kolommen in. Een stuk kan op één soort kennis steunen, op "
        "meer soorten, of op geen enkele.",
    ),
    (
        "gebruikt",
        "Het stuk steunt op deze kennis. Het vertelt wat mensen weten of zeggen, of wat onderzoek laat zien. Of het "
        "vertelt dat er naar mensen is geluisterd.",
    ),
    (
        "gevraagd",
        "Het stuk heeft deze kennis nog niet, maar wil die wel. Het belooft ernaar te vragen, vraagt erom, of zegt "
        "dat de kennis ontbreekt. Voorbeeld: 'Wij gaan bewoners naar hun ideeën vragen.' Passen gebruikt en gevraagd "
        "allebei? Kies dan gebruikt.",
    ),
    (
        "geen",
        "Geen van beide. Denk aan regels, taken, besluiten, plannen en meningen van politici.",
    ),
    (
        "ervaringskennis",
        "Wat mensen weten omdat zij het zelf meemaken: bewoners, cliënten, patiënten, ouders, jongeren. "
        "Wel: 'Ouders vertellen dat zij hun verhaal steeds opnieuw moeten doen.' "
        "Niet: 'Ouders kunnen hulp aanvragen.' Dat gaat wel over ouders, maar niet over wat zij weten.",
    ),
    (
        "professionele kennis",
        "Wat mensen weten door hun werk: zorgverleners, leraren, agenten, uitvoerders, inspecties. Ook cijfers die "
        "een organisatie over haar eigen werk bijhoudt en richtlijnen van een beroep. "
        "Wel: 'Wijkteams merken dat de wachttijden oplopen.' Niet: 'De wijkteams doen de intake.' Dat is een taak.",
    ),
    (
        "wetenschappelijke kennis",
        "Wat we weten door onderzoek: studies, statistieken, evaluaties, monitors en ramingen. "
        "Wel: 'Volgens het CBS groeit de bevolking.' Niet: 'Wij onderzoeken of hier een zwembad kan komen.' "
        "Dat is een plan om uit te zoeken of iets kan, geen studie.",
    ),
    (
        "Twee tegelijk",
        "Een enquête die vertelt wat bewoners vinden, is allebei: ervaringskennis, want het is hun ervaring, en "
        "wetenschappelijke kennis, want die is met onderzoek gemeten.",
    ),
    (
        "Twijfelt u?",
        "Zoek het stuk op in het document, op de pagina die erbij staat, en lees wat ervoor staat. Kies daarna wat "
        "het beste past. Schrijf uw twijfel in de kolom 'opmerking'.",
    ),
    (
        "Uw naam en de datum",
        "Zet uw naam in de kolom 'beoordelaar'. Eén keer is genoeg als u alle rijen zelf beoordeelt. Zet in "
        "'datum' de dag waarop u beoordeelde, bijvoorbeeld 2026-05-03. Dat mag ook in één rij.",
    ),
    (
        "Met z'n tweeën?",
        "Vul ieder een eigen blad in en overleg pas als u allebei klaar bent. Zo is te zien hoe vaak u het eens bent.",
    ),
    (
        "Laat de rest zoals het is",
        "Verander niets in de andere kolommen en haal geen rijen weg. Anders kan het blad niet worden gelezen.",
    ),
)
"""Pairs of a head and a text, in the order in which they are read; `{count}` is the number of passages."""


def explanation(plan_hash: str, auditor: str, count: int) -> list[tuple[str, str]]:
    """Pairs of a head and a text for a sheet of `count` passages."""
    told = [(head, text.replace("{count}", str(count))) for head, text in _TEXTS]
    return [*told, ("Beoordelaar", auditor or "(nog niet ingevuld)"), ("Kenmerk van het plan", plan_hash)]
