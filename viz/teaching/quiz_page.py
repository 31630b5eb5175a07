"""A quiz as one HTML file: the picture with hidden numbers, one question at a time, answers checked in the browser.

The document holds `quiz.js` and `quiz.css` of `web-player/`, and one JSON object. Answers and wrong answers are
computed here, from the storyboard; the script only compares. So that nobody reads them by accident, they are written
in base64:

```
{"questions": [{"words": …, "formula": MathML or "", "given": [MathML], "hints": [text], "lit": [ids],
                "secret": base64 of {"answer": …, "shown": …, "scale": …, "right": text, "skipped": text,
                                     "solution": text, "mistakes": [[number, sentence]],
                                     "texts": [[text id, content, class, size]], the picture after it}}],
 "tolerance": …, "close": …, "digits": …, "most": …}
```
"""

from __future__ import annotations

import base64
import json
from html import escape
from typing import TYPE_CHECKING, Any

from microgradphys.mathematics import Infix, Math, Number
from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.html import Page, asset, colours, embedded
from viz.picture import Picture, text_width
from viz.svg import Filled, body
from viz.teaching.questions import Question
from viz.teaching.quiz_picture import filled, lit, quiz_picture
from viz.teaching.typed import CLOSE, FEWEST_DIGITS, MOST_EXPLANATIONS, TOLERANCE

if TYPE_CHECKING:
    from viz.teaching.quizzing import Quiz


def quiz_page(quiz: Quiz, title: str | None = None) -> Page:
    """Write a quiz as a page that works without a network, by keyboard and with a screen reader.

    Args:
        quiz: the quiz.
        title: the page's title.

    >>> from microgradphys import Value
    >>> from viz.teaching.quizzing import quiz as make
    >>> quiz_page(make((Value(3.0, "w") * 2).named("E"), names={})).title
    'Predict the numbers of E'
    """
    story = quiz.story
    title = title or f"Predict the numbers of {write(story.nodes[story.loss].label)}"
    picture, note = quiz_picture(story)
    states = _states(quiz, picture) if picture else [{}] * (len(quiz.questions) + 1)
    data = {
        "questions": [_question(quiz, k, picture, states[k], states[k + 1]) for k in range(len(quiz.questions))],
        "tolerance": TOLERANCE,
        "close": CLOSE,
        "digits": FEWEST_DIGITS,
        "most": MOST_EXPLANATIONS,
    }
    return Page(_document(title, _drawn(title, picture, states[0]), [*quiz.notes, *filter(None, [note])], data), title)


def _states(quiz: Quiz, picture: Picture) -> list[Filled]:
    """What stands on the picture when each question is asked, and at the end."""
    slots = [question.slot for question in quiz.questions]
    states = [filled(quiz.story, picture, q.move, dict.fromkeys(slots[k:], "?")) for k, q in enumerate(quiz.questions)]
    return [*states, filled(quiz.story, picture, quiz.questions[-1].move + 1, {})]


def _question(quiz: Quiz, k: int, picture: Picture | None, before: Filled, after: Filled) -> dict[str, Any]:
    """Write one question."""
    asked = quiz.questions[k]
    secret = {
        "answer": asked.answer,
        "shown": asked.shown,
        "scale": asked.scale,
        "right": f"Right: {write(Number(asked.answer))}.",
        "skipped": f"Skipped: it is {write(Number(asked.answer))}.",
        "solution": asked.solution,
        "mistakes": [[mistake.number, mistake.sentence] for mistake in asked.mistakes],
        "texts": _texts(picture, before, after),
    }
    return {
        "words": printable(asked.words),
        "formula": _mathml(_formula(asked)) if quiz.formulas else "",
        "given": [_mathml(Infix("=", (label, Number(number)))) for label, number in asked.given],
        "hints": [hint for hint in asked.hints if not quiz.formulas or hint != asked.formula],
        "lit": list(lit(picture, quiz.story, asked.move)) if picture else [],
        "secret": base64.b64encode(json.dumps(secret, allow_nan=False).encode()).decode(),
    }


def _formula(asked: Question) -> Math:
    """The formula of a question as one tree."""
    return asked.left if asked.formula == write(asked.left) else Infix("=", (asked.left, asked.symbols))


def _mathml(formula: Math) -> str:
    """Write a formula for the browser."""
    return f"<math>{write(formula, 'mathml')}</math>"


def _texts(picture: Picture | None, before: Filled, after: Filled) -> list[tuple[str, str, str, float]]:
    """List the texts of the picture that differ."""
    if picture is None:
        return []
    slots = picture.slots()
    changed = []
    for slot, text in slots.items():
        content, state = after[slot]
        if before.get(slot) != (content, state):
            size = (
                text.size
                if text.room is None
                else text.size * min(1.0, text.room / max(text_width(content, text.size), 1))
            )
            changed.append(
                (text.id, content, f"{text.role} {state}{'' if text.room is None else ' inside'}", round(size, 1))
            )
    return changed


def _drawn(title: str, picture: Picture | None, shown: Filled) -> str:
    """Write the picture as it is before the first question."""
    if picture is None:
        return ""
    box = f"0 0 {picture.width:.0f} {picture.height:.0f}"
    name = escape(printable(f"{picture.title}, with the numbers that are asked for hidden"))
    return (
        f'<div class="mgp-picture"><svg viewBox="{box}" style="max-width: {picture.width:.0f}px" role="img" '
        f'aria-label="{name}">{body(picture, shown, key="data-id")}</svg></div>'
    )


def _document(title: str, drawn: str, notes: list[str], data: dict[str, Any]) -> str:
    """Put everything into one document."""
    name = escape(printable(title))
    told = "".join(f"<p>{escape(printable(note))}</p>" for note in notes)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{name}</title>
<style>
{colours()}
{asset("quiz.css")}
</style>
</head>
<body class="mgp-root">
<main class="quiz">
<header><h1>{name}</h1><p id="progress" aria-live="polite"></p></header>
{drawn}
<section class="card" aria-labelledby="words">
<h2 id="words" tabindex="-1"></h2>
<p id="formula"></p>
<div id="given"></div>
<div id="form" role="group" aria-labelledby="words">
<label for="answer">Your answer</label>
<input id="answer" inputmode="text" autocomplete="off" spellcheck="false" maxlength="200"
aria-describedby="verdict help">
<button id="check" type="button">Check</button>
<button id="hint" type="button">Hint</button>
<button id="reveal" type="button">Reveal</button>
<button id="skip" type="button">Skip</button>
<button id="next" type="button" hidden>Next</button>
</div>
<p id="verdict" role="status"></p>
<p id="help">A number or arithmetic: 0.25, 0,25, 1/4, 0.5·(1 − 0.5), 2.5e−1.</p>
</section>
<footer>{told}</footer>
<noscript>This page checks answers with JavaScript, which is switched off here.</noscript>
</main>
<script type="application/json" id="data">{embedded(data)}</script>
<script type="module">
{asset("quiz.js")}
</script>
</body>
</html>
"""
