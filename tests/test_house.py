"""The house itself: README, imports, names, docstrings."""

import ast
import doctest
import inspect
import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import microgradphys
import viz
from lessons.cli import main
from lessons.worked_example import LEARNING_RATE, scalar_network

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("microgradphys", "viz", "lessons")
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name != "__main__.py"
]


def test_the_examples_of_the_readme_run_and_print_what_it_says() -> None:
    """Every >>> of the README, in order, in one session."""
    outcome = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert outcome.attempted > 20
    assert outcome.failed == 0


def test_public_names_are_completed_at_a_prompt() -> None:
    """Those that are loaded on first use too."""
    assert {*viz.__all__, "plots", "__doc__"} <= set(dir(viz))


def test_the_student_file_of_the_readme_runs(tmp_path: Path) -> None:
    """The block without prompts is a program that the commands of the README can step through."""
    programs = [text for kind, text in BLOCKS if kind == "python" and not text.startswith(">>>")]
    assert len(programs) == 1
    (tmp_path / "student.py").write_text(programs[0])
    done = subprocess.run(
        [sys.executable, "-m", "lessons", "step", str(tmp_path / "student.py")],
        input="", capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert "∂loss/∂w = ∂loss/∂(w · x) · x" in done.stdout


def test_the_commands_of_the_readme_exist() -> None:
    """make's targets can be made, and our own commands are understood."""
    commands = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    assert commands[:2] == ["make demo", "make test"]
    for command in commands:
        program, *words = command.split()
        if program == "make":
            subprocess.run(["make", "-n", *words], check=True, capture_output=True, cwd=ROOT)
        else:
            assert program == "microgradphys"
            with pytest.raises(SystemExit) as ended:
                main([words[0], "--help"])
            assert ended.value.code == 0


def test_the_picture_of_the_readme_is_the_one_that_is_drawn() -> None:
    """docs/network.svg is what `make demo` writes."""
    net = scalar_network()
    net.E.backward()
    drawn = viz.draw(viz.Storyboard(net.E, learning_rate=LEARNING_RATE), view="network").svg()
    assert (ROOT / "docs" / "network.svg").read_text(encoding="utf-8") == drawn


def test_the_speeds_in_the_readme_are_those_that_were_measured() -> None:
    """The table is written from the numbers that `make bench` left behind, and the chart is drawn from them."""
    code = "import chart; print(chart.in_words(chart.saved())); print(chart.scalar_line())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "benchmarks")])},
    )
    table, sentence = done.stdout.strip().rsplit("\n", 1)
    assert table in README
    assert sentence.split() == re.search(r"micrograd's own demo.*? compiled\.", README, re.DOTALL)[0].split()
    drawn = (ROOT / "docs" / "speed.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"[\d.]+×(?= \|)", done.stdout)) <= set(re.findall(r">\s*([\d.]+×)\s*<", drawn))


def test_the_proofs_that_the_readme_names_exist() -> None:
    """Every promise of the reliability table names tests that are there."""
    proofs = re.findall(r"`(test_\w+\.py)::(test_\w+)`", README)
    assert len(proofs) >= 20
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [name for file, name in proofs if f"def {name}(" not in files.get(file, "")] == []


def test_the_places_that_the_readme_names_exist() -> None:
    """Every link of the map leads somewhere."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 15
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_package_is_in_the_wheel() -> None:
    """pyproject.toml lists them by name."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = [
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("microgradphys", "viz", "lessons")
        for path in (ROOT / package).rglob("__init__.py")
    ]
    assert sorted(found) == sorted(listed)


def _map(package: str) -> list[str]:
    """What stands below the words "In reading order" in the docstring of a package, line by line."""
    return inspect.getdoc(import_module(package)).partition("In reading order:\n\n")[2].splitlines()


def _inside(package: str) -> list[str]:
    """The modules and packages in a package, by name."""
    found = (ROOT / package.replace(".", "/")).glob("[!_]*")
    return sorted(path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").exists())


@pytest.mark.parametrize(
    "package",
    [
        *(
            f"microgradphys.{name}"
            for name in "compiled estimators export loading losses nn optim rows training".split()
        ),
        *(f"viz.{name}" for name in "films large moves networks page symptoms teaching terminal".split()),
    ],
)
def test_the_map_of_a_package_names_its_modules(package: str) -> None:
    """Each once, one a line."""
    assert sorted(row.split()[0] for row in _map(package)) == _inside(package)


def test_the_map_of_the_engine_names_its_modules() -> None:
    """Each once, in groups, one group a line."""
    rows = [re.split(r" {2,}", row) for row in _map("microgradphys")]
    assert sorted(name for _, names in rows for name in names.split(", ")) == _inside("microgradphys")


def test_importing_the_engine_is_light() -> None:
    """numpy and the standard library, nothing else; importing viz and the command line adds nothing heavy."""
    program = (
        "import sys, numpy; before = set(sys.modules); import microgradphys; "
        "engine = {m.partition('.')[0] for m in set(sys.modules) - before}; import viz, lessons.cli; "
        "print(sorted(engine - set(sys.stdlib_module_names))); "
        "heavy = 'matplotlib manim IPython rich textual anywidget typst wasmtime'.split(); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["['microgradphys']", "[]"]


def test_parts_of_the_engine_are_loaded_when_they_are_first_used() -> None:
    """`mgp.nn`, `mgp.optim` and the others need no import of their own, and cost nothing before."""
    program = (
        "import sys, microgradphys as mgp; parts = 'export loading losses nn optim training'.split(); "
        "print([p for p in parts if f'microgradphys.{p}' in sys.modules], set(parts) <= set(dir(mgp))); "
        "mgp.nn.Dense, mgp.export.to_onnx, mgp.optim, mgp.losses, mgp.training, mgp.loading; "
        "print([m for m in ('onnx', 'onnxruntime', 'torch', 'jax') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["[] True", "[]"]
    with pytest.raises(AttributeError, match="'microgradphys' has no attribute 'nm'"):
        _ = microgradphys.nm


def test_the_test_of_light_imports_can_fail() -> None:
    """A heavy import would be seen."""
    program = "import sys, json, rich; print([m for m in ('matplotlib', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['rich']"


@pytest.mark.parametrize("package", [microgradphys, viz])
def test_public_names_are_there_and_documented(package: object) -> None:
    """Each name of `__all__` can be had, twice, and says what it is."""
    for name in package.__all__:  # type: ignore[attr-defined]
        first, second = getattr(package, name), getattr(package, name)
        assert first is second
        assert callable(first)
        assert inspect.getdoc(first)


def test_a_name_that_viz_does_not_have_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="'viz' has no attribute 'pot'"):
        _ = viz.pot  # type: ignore[attr-defined]


def test_no_public_name_of_viz_is_hidden_by_a_module_of_the_same_name() -> None:
    """`viz.draw` stays the function, whatever is imported first."""
    assert not set(viz.__all__) & {path.stem for path in (ROOT / "viz").glob("*.py")}


@pytest.mark.parametrize("module", MODULES)
def test_every_function_says_what_it_does(module: str) -> None:
    """A docstring on every module, class, function and method; the last of several overloads speaks for all."""
    tree = ast.parse(inspect.getsource(import_module(module)))
    things: list[ast.AST] = [tree]
    defined = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    things += defined + [
        node for c in defined for node in c.body if isinstance(c, ast.ClassDef) and isinstance(node, ast.FunctionDef)
    ]
    said = [
        thing for thing in things if not any(ast.unparse(d) == "overload" for d in getattr(thing, "decorator_list", []))
    ]
    silent = [getattr(thing, "name", module) for thing in said if not ast.get_docstring(thing)]  # type: ignore[arg-type]
    assert silent == []


@pytest.mark.parametrize("module", MODULES)
def test_nothing_reads_a_pickle(module: str) -> None:
    """No module imports pickle or lets numpy use it."""
    source = inspect.getsource(import_module(module))
    assert "import pickle" not in source
    assert "allow_pickle=True" not in source
