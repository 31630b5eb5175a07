"""The page: sentences of findings that stay in view where the picture is wider than its panel."""

from microgradphys import Value, relu
from viz import play


def chain(length):
    """A chain with a dead unit at its fourth link, after a backward pass."""
    h = Value(1.0, "x")
    for k in range(length):
        shifted = h * Value(0.9, f"w_{k}") - (3.0 if k == min(3, length - 1) else 0.0)
        h = relu(shifted.named(f"s_{k}")).named(f"h_{k}")
    loss = ((h - 1) ** 2).named("E")
    loss.backward()
    return loss


def test_findings_of_a_wide_graph_stand_below_its_frame_at_every_step(visit, tmp_path):
    page = visit(play(chain(8), names={}).save(tmp_path / "page.html"), "#step=1&view=graph")
    told = page.locator(".mgp-told")
    assert told.is_visible()
    assert "dead ReLU: h₃ is 0" in told.text_content()
    page.keyboard.press("End")
    box, stage = told.bounding_box(), page.locator(".mgp-stage").bounding_box()
    assert box["y"] >= stage["y"]
    assert box["y"] + box["height"] <= stage["y"] + stage["height"] + 1
    assert told.evaluate("(one) => one.previousElementSibling.getBoundingClientRect().bottom") <= box["y"] + 1
    sentence = page.locator(".mgp-picture:visible text.sentence").first
    picture = page.locator(".mgp-picture:visible > svg")
    ends = "(one) => one.viewBox.baseVal.height"
    foot = float(sentence.get_attribute("y"))
    assert picture.evaluate(ends) < foot, "no room is kept for what is told below"
    page.get_by_role("button", name="Fit the picture into its panel").click()
    assert told.is_hidden(), "its foot is in sight"
    assert picture.evaluate(ends) > foot


def test_where_nothing_is_wrong_nothing_is_told(visit, tmp_path):
    loss = (Value(0.5, "w") * Value(2.0, "x")).named("E")
    page = visit(play(loss, names={}).save(tmp_path / "page.html"))
    assert page.locator(".mgp-told").is_hidden()
