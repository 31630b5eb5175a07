"""In a notebook: how a Value shows itself, and the player as a widget, in JupyterLab and marimo in a browser."""

import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.error import URLError
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest

import viz
from microgradphys import Value, constant, display, nn, sigmoid
from microgradphys.errors import InputError, MissingExtraError
from viz.html import embedded, page_data, player_script
from viz.notebook import picture

CELLS = (
    """from microgradphys import Value, constant, sigmoid
import viz
x, t = constant(0.2), constant(0.0)
w = Value(0.1)
b = Value(0.5)
y = sigmoid(w * x + b)
E = (y - t) ** 2
E.backward()
E""",
    "player = viz.widget(E)\nplayer",
    "player.step = 9",
)


def loss():
    return ((sigmoid(Value(0.1, "w") * constant(0.2, "x")) - 1) ** 2).named("E")


@pytest.fixture
def painted(monkeypatch):
    """Draw with viz, whether or not this checkout is what is installed."""
    monkeypatch.setattr(display, "painter", lambda: picture)


def test_a_value_shows_itself_as_its_graph(painted):
    root = ElementTree.fromstring(loss()._repr_svg_())
    assert root.tag.endswith("svg")
    assert {"w", "E"} <= {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}


def test_names_come_from_the_notebooks_variables(painted, monkeypatch):
    rate = Value(0.5)
    monkeypatch.setattr(sys.modules["__main__"], "rate", rate, raising=False)
    assert ">rate<" in (rate * 2)._repr_svg_()


def test_what_ipython_keeps_of_past_cells_gives_no_names():
    from viz.names import names_in

    w = Value(1.0)
    kept = {3: w}
    assert names_in({"Out": kept, "_oh": kept, "w": w}) == {"w": w}


@pytest.mark.parametrize("value", [Value(2.0, "x"), Value([1.0, 2.0]), constant(1.0) * 2])
def test_what_has_no_graph_is_shown_as_text(painted, value):
    assert value._repr_svg_() is None


def test_a_graph_out_of_date_is_shown_as_text(painted):
    w = Value(1.0, "w")
    y = w * 2
    w.data = 3.0
    assert y._repr_svg_() is None


def test_an_array_shows_itself_too(painted):
    assert "y" in (Value(np.ones((2, 3)), "W") * 2).named("y")._repr_svg_()


def size_of(svg):
    root = ElementTree.fromstring(svg)
    return float(root.get("width")), root.get("viewBox").split()[2]


def test_a_wide_graph_is_drawn_smaller_to_fit_into_a_cell_as_far_as_it_can_be_read(painted):
    y = Value(0.5, "x")
    widths = []
    for k in range(12):
        y = np.sin(y).named(f"y_{k}")
        shown, natural = size_of(y._repr_svg_())
        widths.append(shown)
        assert float(natural) * 0.59 <= shown <= float(natural)
    assert widths[0] < 500
    assert 960 in widths
    assert "min-width" in y._repr_svg_()


def test_a_large_graph_is_shown_by_its_scopes(painted):
    rows = nn.MLP(3, [8, 8, 1])
    texts = "".join(ElementTree.fromstring(rows([1.0, 2.0, 3.0])._repr_svg_()).itertext())
    assert "layer 2" in texts
    assert "136 operations" in texts


def test_nobody_to_draw_is_no_error(monkeypatch):
    monkeypatch.setattr(display, "painter", lambda: None)
    assert loss()._repr_svg_() is None


def test_the_widget_is_the_page_s_player_and_its_data():
    story = viz.Storyboard(loss())
    player = viz.widget(story)
    assert player.data == page_data(story)
    assert player._esm.startswith(player_script())


@pytest.mark.parametrize(("wanted", "shown"), [(5, 5), (0, 1), (-3, 1), (10_000, 14)])
def test_a_step_is_one_that_there_is(wanted, shown):
    player = viz.widget(loss())
    player.step = wanted
    assert player.step == shown == min(max(wanted, 1), len(player.data["story"]["steps"]))


def test_a_notebook_that_trusts_nothing_says_what_to_do():
    player = viz.widget(loss(), title="My <b>loss</b>")
    assert repr(player) == "<viz.widget: My <b>loss</b>>"
    shown = viz.play(loss(), title="My <b>loss</b>")._repr_html_()
    left = shown.partition("<style>")[0]
    assert left == (
        '<p class="mgp-untrusted">My &lt;b&gt;loss&lt;/b&gt;. Trust this notebook, or run the cell, to see it.</p>'
    )


HOST = """<!DOCTYPE html><meta charset="utf-8"><style>html {{ font-size: 10px }} {style}</style>
<body style="background: #101010; color: white"><div id="cell"></div><script type="module">{script}
const data = {data};
const model = {{ get: (name) => ({{ data, step: 1, saved: "none" }})[name] }};
for (const name of ["set", "save_changes", "on", "off"]) model[name] = () => {{}};
widget.render({{ model, el: document.getElementById("cell") }});</script></body>"""


def test_the_widget_takes_the_colours_of_the_notebook_until_the_reader_chooses(visit, tmp_path):
    player = viz.widget(loss())
    script = player._esm.replace("export default", "const widget =").replace("export function", "function")
    path = tmp_path / "host.html"
    path.write_text(HOST.format(style=player._css, script=script, data=embedded(player.data)), encoding="utf-8")
    page = visit(path)
    theme = "document.querySelector('.mgp-root').dataset.theme"
    page.wait_for_function(f"{theme} === 'dark'")
    for colour, wanted in (("white", "light"), ("black", "dark"), ("color(srgb 1 1 1)", "light")):
        page.evaluate(f"document.body.style.background = '{colour}'")
        page.wait_for_function(f"{theme} === '{wanted}'")
    page.locator(".mgp-theme").click()
    page.evaluate("document.body.style.background = 'rgb(240, 240, 240)'")
    page.wait_for_timeout(200)
    assert page.evaluate(theme) == "dark"
    assert page.locator(".mgp-cell").bounding_box()["height"] == 704, "whatever a rem is in the notebook"


def test_options_of_a_storyboard_that_is_made_are_refused():
    with pytest.raises(InputError, match="has its options already"):
        viz.widget(viz.Storyboard(loss()), by="node")


def test_without_anywidget_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    viz.notebook._player_class.cache_clear()
    try:
        with pytest.raises(MissingExtraError, match=r"microgradphys\[notebook\]"):
            viz.widget(loss())
    finally:
        viz.notebook._player_class.cache_clear()


@contextmanager
def served(arguments, folder):
    """Run a notebook server on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", *arguments, f"--port={port}"], cwd=folder, stdout=out, stderr=out
        )
        try:
            for _ in range(300):
                assert server.poll() is None, log.read_text()
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                except URLError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                # Its kernels may take their time on a busy machine; nobody waits for them.
                server.kill()
                server.wait()


def jupyter(folder):
    options = "--no-browser --allow-root --ServerApp.token= --ServerApp.password= --LabApp.news_url=".split()
    return served(["jupyterlab", *options, f"--ServerApp.root_dir={folder}"], folder)


def opened(browser, address, width=1500):
    page = browser.new_page(viewport={"width": width, "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(address, wait_until="domcontentloaded")
    return page


def step_of(place):
    return int(place.locator(".mgp-rest").first.inner_text().split()[1])


def test_jupyterlab_shows_the_player_and_a_reopened_notebook_the_page(browser, tmp_path):
    cells = [nbformat.v4.new_code_cell(text) for text in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "try.ipynb")
    with jupyter(tmp_path) as address:
        page = opened(browser, f"{address}/lab/tree/try.ipynb?reset")
        page.locator(".jp-StatusBar-TextItem", has_text="Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        cell = page.locator(".mgp-cell")
        page.wait_for_function("document.querySelector('.mgp-rest')?.textContent.startsWith('step 9 ')")
        cell.locator("[data-action=next]").click()
        page.keyboard.press("ArrowRight")
        assert step_of(cell) == 11
        assert not page.locator("iframe").is_visible()
        page.keyboard.press("Control+s")
        page.get_by_text("Saving completed").wait_for()
        page.close()
    # Another server: no kernel that knows the widget.
    with jupyter(tmp_path) as address:
        page = opened(browser, f"{address}/lab/tree/try.ipynb?reset")
        frame = page.frame_locator("iframe").first
        frame.locator("[data-action=last]").click()
        assert step_of(frame) == 19
        assert page.get_by_text("model not found").is_hidden()
        page.close()


def test_marimo_shows_the_player(browser, tmp_path):
    body = "".join(
        f"@app.cell\ndef _({given}):\n    " + text.replace("\n", "\n    ") + f"\n    return {made}\n\n"
        for text, given, made in zip(CELLS, ("", "E, viz", "player"), ("E, viz", "(player,)", ""), strict=True)
    )
    (tmp_path / "try.py").write_text(f"import marimo\napp = marimo.App()\n\n{body}")
    with served(["marimo", "run", "try.py", "--headless", "--no-token"], tmp_path) as address:
        page = opened(browser, address)
        page.locator(".mgp-rest").wait_for()
        page.wait_for_function(
            "[...document.querySelectorAll('*')].flatMap((e) => [...(e.shadowRoot ?? e).querySelectorAll('.mgp-rest')])"
            ".some((line) => line.textContent.startsWith('step 9 '))"
        )
        page.locator("[data-action=next]").click()
        assert step_of(page) == 10
        page.close()
