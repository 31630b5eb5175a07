"""The four writers: numbers, names, precedence, and names that try to break out."""

import math
import re
from dataclasses import FrozenInstanceError, fields
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import typst

from microgradphys.errors import InputError
from microgradphys.mathematics import (
    Bars,
    Call,
    Derivative,
    Fraction,
    Infix,
    Item,
    Math,
    Negative,
    Number,
    Power,
    Root,
    Symbol,
    Transposed,
    named,
)
from microgradphys.notation import Notation, write
from microgradphys.symbols import Name, number_text, parse_name

A, B, C = Symbol("a"), Symbol("b"), Symbol("c")
NOTATIONS: tuple[Notation, ...] = ("plain", "latex", "typst", "mathml")
HOSTILE = [
    '"><script>alert(1)</script>',
    "</math>",
    "it's",
    '"quoted"',
    "two\nlines",
    "two\n\nparagraphs",
    "tab\tand\rreturn",
    "back\\slash",
    "\\end{document}",
    "a & b",
    "$",
    "#panic()",
    "#",
    "",
    " ",
    "% comment",
    "// comment",
    "/* comment",
    "{",
    "}",
    "(1",
    "1)",
    "x_{(1}",
    "x_{\x00}",
    "x^{$}",
    "\x1b[31mred",
    "\u202eback",
    "^",
    "~",
    "_",
    "@",
    "`",
    "$ x $",
    "ö",
    "日本語",
    "🙂",
    "a" * 300,
]


def around(inner: Math) -> list[Math]:
    """Put a formula into every place that a formula can have."""
    return [
        inner,
        Infix("+", (inner, inner)),
        Infix("", (inner, inner)),
        Negative(inner),
        Fraction(inner, inner),
        Power(inner, inner),
        Root(inner),
        Root(inner, 3),
        Bars(inner),
        Bars(inner, "⌊", "⌋"),
        Infix("mod", (inner, inner)),
        Call("log_10", (inner,)),
        Transposed(inner),
        Item(inner, "0, 1:"),
        Call("tanh", (inner, inner), prime=True),
        Call("Σ", (inner,)),
        Derivative(inner, inner),
    ]


def parsed(formula: Math) -> ElementTree.Element:
    """Write a formula in MathML and read it with an XML parser."""
    return ElementTree.fromstring(f"<math>{write(formula, 'mathml')}</math>")


def compiled(formulas: list[Math]) -> bytes:
    """Write formulas in Typst and compile them as one document."""
    text = "\n\n".join(f"$ {write(formula, 'typst')} $" for formula in formulas)
    return typst.compile(text.encode(), format="svg")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_mathml_of_any_name_is_well_formed_and_keeps_its_text(name: str) -> None:
    """A name is text in the page and never an element of it."""
    for formula in around(Symbol(name)):
        root = parsed(formula)
        assert {element.tag for element in root.iter()} <= set(
            "math mrow mi mn mo mtext mfrac msup msub msubsup msqrt mroot mspace".split()
        )
    if parse_name(name) == Name(name):
        assert "".join(parsed(Symbol(name)).itertext()) == name


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_typst_compiles_with_any_name(name: str) -> None:
    """A name cannot end the formula or run code, wherever it stands."""
    assert compiled(around(Symbol(name))).startswith(b"<svg")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_latex_of_any_name_has_balanced_braces_and_no_command_of_its_own(name: str) -> None:
    """Special characters are escaped, and no command comes from the name."""
    for formula in around(Symbol(name)):
        text = write(formula, "latex")
        known = (
            r"\\(mathrm|mathsf|frac|partial|sqrt|lfloor|rfloor|bmod|left|right|sum|backslash|sim|char94|tilde|hat|dot)(?![a-zA-Z])"
            r"|\\[,&%$#_{} ]"
        )
        bare = re.sub(known, "", text)
        assert "\\" not in bare
        assert not set(bare) & set("$#%&\n")
        assert bare.count("{") == bare.count("}")


def test_latex_escapes_every_character_that_means_something_to_it() -> None:
    """In the base of a name, in its subscript and in its superscript."""
    characters = {c: "\\" + c for c in "&%$#{}"} | {"\\": r"\backslash{}", "~": r"\sim{}", "^": r"\char94{}"}
    for character, escaped in characters.items():
        assert write(Symbol(f"1{character}"), "latex") == rf"\mathrm{{1{escaped}}}"
    assert write(Symbol("two words_"), "latex") == r"\mathrm{two\ words\_}"
    assert write(Symbol("x_{a_}^{~}"), "latex") == r"x_{a\_}^{\sim{}}"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_plain_text_of_any_name_is_one_printable_line(name: str) -> None:
    """A terminal is not told to do anything by a name."""
    assert all(write(formula).isprintable() for formula in around(Symbol(name)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5, "−1.5"),
        (0.99999, "1"),
        (0.99994, "0.9999"),
        (1 / 3, "0.3333"),
        (2 / 3, "0.6667"),
        (12.3456, "12.35"),
        (123456, "123456"),
        (123456.7, "123457"),
        (999999.9, "1×10⁶"),
        (1234567.0, "1.235×10⁶"),
        (0.0001, "0.0001"),
        (0.00009999, "9.999×10⁻⁵"),
        (0.000012345, "1.234×10⁻⁵"),
        (-2.5e-10, "−2.5×10⁻¹⁰"),
        (1e-300, "1×10⁻³⁰⁰"),
        (1.7e308, "1.7×10³⁰⁸"),
        (5e-324, "4.941×10⁻³²⁴"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (np.float32(0.1), "0.1"),
        (True, "1"),
    ],
)
def test_numbers_have_four_significant_digits_and_a_real_minus(value: Any, text: str) -> None:
    """No trailing zeros, no e-notation, no hyphen."""
    assert number_text(value) == write(Number(value)) == text


@pytest.mark.parametrize(
    "value", [0.0, -1.5, 1e-300, -2.5e10, math.nan, math.inf, -math.inf, np.ones(3), np.ones((2, 2))]
)
def test_every_number_compiles_and_parses(value: Any) -> None:
    """Special numbers and arrays are formulas in every notation."""
    formulas = around(Number(value))
    assert compiled(formulas)
    for formula in formulas:
        parsed(formula)
        assert all(write(formula, notation) for notation in NOTATIONS)


def test_a_notation_that_there_is_not_is_refused() -> None:
    """The message lists those that there are."""
    with pytest.raises(InputError, match="notation='html' is not one of 'plain', 'latex', 'typst', 'mathml'"):
        write(Number(1.0), "html")  # type: ignore[arg-type]


def test_numbers_in_each_notation() -> None:
    """The four media write one number in their own way."""
    number = Number(-1.5e-7)
    assert write(number, "latex") == r"-1.5 \times 10^{-7}"
    assert write(number, "typst") == "−1.5 times 10^(−7)"
    assert "".join(parsed(number).itertext()) == "−1.5×10−7"
    assert write(Number(math.nan), "latex") == r"\mathrm{NaN}"
    assert write(Number(-math.inf), "latex") == r"-\infty"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, -2.5]), "[1, −2.5]"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), "[[1, 2], [3, 4]]"),
        (np.zeros(0), "array 0"),
        (np.zeros((20, 30)), "array 20×30"),
        (np.zeros((2, 2, 2)), "array 2×2×2"),
        (np.zeros((3, 4)), "[[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]"),
        (np.zeros(13), "array 13"),
        (np.array(2.0), "2"),
    ],
)
def test_small_arrays_are_written_and_large_ones_named(value: Any, text: str) -> None:
    """An array that would fill the screen is its shape."""
    assert write(Number(value)) == text


def test_a_large_array_is_named_by_its_shape_in_every_notation() -> None:
    """No medium writes out what nobody can read."""
    array = Number(np.zeros((20, 30)))
    assert write(array, "latex") == r"\mathrm{array\ 20×30}"
    assert write(array, "typst") == '"array 20×30"'
    assert write(array, "mathml") == "<mtext>array 20×30</mtext>"


def test_matrices_in_each_notation() -> None:
    """Rows and columns go the right way round."""
    matrix = Number(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert write(matrix, "latex") == r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}"
    assert write(matrix, "typst") == "mat(1, 2; 3, 4)"
    assert [len(row) for row in parsed(matrix).iter("mtr")] == [2, 2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("W_11", ("W₁₁", "W_{11}", "W_(11)")),
        ("s^(2)", ("s⁽²⁾", "s^{(2)}", "s^((2))")),
        ("W'_1", ("W′₁", "W'_{1}", "W'_(1)")),
        ("x_{1,2}^{T}", ("x_1,2ᵀ", "x_{1,2}^{T}", 'x_("1,2")^(T)')),
        ("x1_2", ("x_1,2", "x_{1,2}", 'x_("1,2")')),
        ("w12", ("w₁₂", "w_{12}", "w_(12)")),
        ("eta", ("η", "η", "η")),
        ("Delta_1", ("Δ₁", "Δ_{1}", "Δ_(1)")),
        ("c̃_1", ("c̃₁", r"\tilde{c}_{1}", "tilde(c)_(1)")),
        ("%̃", ("%̃", r"\mathrm{\%̃}", '"%̃"')),
        ("loss", ("loss", r"\mathrm{loss}", '"loss"')),
        ("learning rate", ("learning rate", r"\mathrm{learning\ rate}", '"learning rate"')),
    ],
)
def test_names_are_read_as_mathematics(name: str, expected: tuple[str, str, str]) -> None:
    """Subscripts, superscripts, primes and Greek letters come out in each notation."""
    assert tuple(write(Symbol(name), notation) for notation in NOTATIONS[:3]) == expected


def test_a_name_in_mathml_has_its_scripts() -> None:
    """Subscript and superscript stand on one base."""
    assert write(Symbol("s_1^(2)"), "mathml") == (
        "<msubsup><mi>s</mi><mn>1</mn><mrow><mtext>(2)</mtext></mrow></msubsup>"
    )
    assert write(Symbol("W'"), "mathml") == "<msup><mi>W</mi><mrow><mo>′</mo></mrow></msup>"


def test_a_name_that_is_none_is_one_text() -> None:
    """What does not fit the grammar is not taken apart."""
    assert parse_name("two words") == Name("two words")
    assert parse_name("x-1") == Name("x-1")


@pytest.mark.parametrize(
    ("formula", "plain", "latex"),
    [
        (Infix("·", (Infix("+", (A, B)), C)), "(a + b) · c", r"\left(a + b\right) \cdot c"),
        (Infix("+", (A, Infix("·", (B, C)))), "a + b · c", r"a + b \cdot c"),
        (Infix("−", (A, Infix("−", (B, C)))), "a − (b − c)", r"a - \left(b - c\right)"),
        (Infix("−", (Infix("−", (A, B)), C)), "a − b − c", "a - b - c"),
        (Infix("·", (A, Negative(B))), "a · (−b)", r"a \cdot \left(-b\right)"),
        (Infix("−", (A, Infix("·", (Negative(B), C)))), "a − (−b · c)", r"a - \left(-b \cdot c\right)"),
        (Infix("+", (A, Infix("×", (Number(-2.0), C)))), "a + (−2 × c)", r"a + \left(-2 \times c\right)"),
        (Power(Symbol("y^(1)"), Number(2.0)), "(y⁽¹⁾)²", r"\left(y^{(1)}\right)^{2}"),
        (Power(Number(np.ones((8, 2))), Number(2.0)), "(array 8×2)²", r"\left(\mathrm{array\ 8×2}\right)^{2}"),
        (Transposed(Symbol("W^(1)")), "(W⁽¹⁾)ᵀ", r"\left(W^{(1)}\right)^{\mathsf{T}}"),
        (Infix("·", (A, Number(-2.0))), "a · (−2)", r"a \cdot \left(-2\right)"),
        (Infix("·", (Number(-2.0), A)), "−2 · a", r"-2 \cdot a"),
        (Negative(Infix("+", (A, B))), "−(a + b)", r"-\left(a + b\right)"),
        (Negative(Infix("·", (A, B))), "−a · b", r"-a \cdot b"),
        (Fraction(A, Infix("·", (B, C))), "a / (b · c)", r"\frac{a}{b \cdot c}"),
        (Fraction(Infix("+", (A, B)), C), "(a + b) / c", r"\frac{a + b}{c}"),
        (Fraction(A, Derivative(B, C)), "a / (∂b/∂c)", r"\frac{a}{\frac{\partial b}{\partial c}}"),
        (Fraction(A, Fraction(B, C)), "a / (b / c)", r"\frac{a}{\frac{b}{c}}"),
        (Power(Negative(A), Number(2.0)), "(−a)²", r"\left(-a\right)^{2}"),
        (Power(Number(-3.0), Number(2.0)), "(−3)²", r"\left(-3\right)^{2}"),
        (Power(Number(1e-7), Number(2.0)), "(1×10⁻⁷)²", r"\left(1 \times 10^{-7}\right)^{2}"),
        (Power(Power(A, B), C), "(aᵇ)ᶜ", r"\left(a^{b}\right)^{c}"),
        (Power(A, Infix("+", (B, C))), "a^(b + c)", "a^{b + c}"),
        (Power(A, Number(0.5)), "a^0.5", "a^{0.5}"),
        (Root(Infix("+", (A, B))), "√(a + b)", r"\sqrt{a + b}"),
        (Bars(Infix("−", (A, B))), "|a − b|", r"\left|a - b\right|"),
        (Transposed(Infix("", (A, B))), "(a b)ᵀ", r"\left(a\,b\right)^{\mathsf{T}}"),
        (Item(Transposed(A), "0"), "(aᵀ)[0]", r"\left(a^{\mathsf{T}}\right)[0]"),
        (Item(A, "0, 1:"), "a[0, 1:]", r"a[\mathrm{0,\ 1:}]"),
        (Call("tanh", (Infix("+", (A, B)),)), "tanh(a + b)", r"\mathrm{tanh}\left(a + b\right)"),
        (Call("σ", (A,), prime=True), "σ′(a)", r"σ'\left(a\right)"),
        (Call("max", (A, B)), "max(a, b)", r"\mathrm{max}\left(a, b\right)"),
        (Call("Σ", (Infix("+", (A, B)),)), "Σ (a + b)", r"\sum \left(a + b\right)"),
        (Derivative(A, Infix("", (B, C))), "∂a/∂(b c)", r"\frac{\partial a}{\partial \left(b\,c\right)}"),
        (Infix("=", (A, Infix("+", (B, C)))), "a = b + c", "a = b + c"),
        (Infix("=", (A, Infix("mod", (B, C)))), "a = b mod c", r"a = b \bmod c"),
        (Infix("+", (Infix("mod", (A, B)), C)), "(a mod b) + c", r"\left(a \bmod b\right) + c"),
        (Infix("·", (Infix("mod", (A, B)), C)), "(a mod b) · c", r"\left(a \bmod b\right) \cdot c"),
        (Infix("mod", (Infix("·", (A, B)), C)), "(a · b) mod c", r"\left(a \cdot b\right) \bmod c"),
        (Infix("mod", (Infix("mod", (A, B)), C)), "(a mod b) mod c", r"\left(a \bmod b\right) \bmod c"),
        (Negative(Infix("mod", (A, B))), "−(a mod b)", r"-\left(a \bmod b\right)"),
        (Fraction(Infix("mod", (A, B)), C), "(a mod b) / c", r"\frac{a \bmod b}{c}"),
        (Root(Infix("+", (A, B)), 3), "∛(a + b)", r"\sqrt[3]{a + b}"),
        (Power(Bars(A, "⌈", "⌉"), C), "⌈a⌉ᶜ", r"\left\lceil a\right\rceil^{c}"),
        (Call("log_10", (A,), prime=True), "log₁₀′(a)", r"\mathrm{log}_{10}'\left(a\right)"),
        (Negative(Infix("=", (A, B))), "−(a = b)", r"-\left(a = b\right)"),
        (Infix("⊙", (A, Infix("⊗", (B, C)))), "a ⊙ (b ⊗ c)", r"a \odot \left(b \otimes c\right)"),
    ],
)
def test_parentheses_stand_where_they_must(formula: Math, plain: str, latex: str) -> None:
    """Precedence is kept on one line and in two dimensions."""
    assert (write(formula), write(formula, "latex")) == (plain, latex)


@pytest.mark.parametrize(
    ("formula", "typst", "mathml"),
    [
        (Infix("+", (A, B)), "a + b", "<mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>"),
        (Infix("", (A, B)), "a thin b", '<mrow><mi>a</mi><mspace width="0.2em"/><mi>b</mi></mrow>'),
        (Negative(A), "−a", "<mrow><mo>−</mo><mi>a</mi></mrow>"),
        (
            Negative(Infix("+", (A, B))),
            "−lr((a + b))",
            "<mrow><mo>−</mo><mrow><mo>(</mo><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mo>)</mo></mrow></mrow>",
        ),
        (Fraction(A, B), "frac(a, b)", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (Power(A, B), "a^(b)", "<msup><mi>a</mi><mi>b</mi></msup>"),
        (Root(A), "sqrt(a)", "<msqrt><mi>a</mi></msqrt>"),
        (Root(A, 3), "root(3, a)", "<mroot><mrow><mi>a</mi></mrow><mn>3</mn></mroot>"),
        (Bars(A, "⌊", "⌋"), "lr(⌊ a ⌋)", "<mrow><mo>⌊</mo><mi>a</mi><mo>⌋</mo></mrow>"),
        (Transposed(A), 'a^upright("T")', "<msup><mi>a</mi><mi>T</mi></msup>"),
        (Item(A, "0"), 'a "[0]"', "<mrow><mi>a</mi><mo>[</mo><mn>0</mn><mo>]</mo></mrow>"),
        (Call("Σ", (A,)), "sum a", "<mrow><mo>∑</mo><mi>a</mi></mrow>"),
        (
            Call("max", (A, B)),
            '"max" lr((a, b))',
            "<mrow><mi>max</mi><mrow><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo></mrow></mrow>",
        ),
        (
            Call("log_2", (A,), prime=True),
            '"log"\'_(2) lr((a))',
            "<mrow><msup><msub><mi>log</mi><mn>2</mn></msub><mo>′</mo></msup>"
            "<mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow></mrow>",
        ),
        (
            Derivative(A, B),
            "frac(∂ a, ∂ b)",
            "<mfrac><mrow><mo>∂</mo><mi>a</mi></mrow><mrow><mo>∂</mo><mi>b</mi></mrow></mfrac>",
        ),
        (
            Number(-1.5e7),
            "−1.5 times 10^(7)",
            "<mrow><mrow><mo>−</mo><mn>1.5</mn></mrow><mo>×</mo><msup><mn>10</mn><mn>7</mn></msup></mrow>",
        ),
        (
            Number(np.array([[1.0, -2.0]])),
            "mat(1, −2)",
            "<mrow><mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mrow><mo>−</mo><mn>2</mn></mrow></mtd></mtr>"
            "</mtable><mo>)</mo></mrow>",
        ),
    ],
)
def test_every_kind_of_formula_in_typst_and_mathml(formula: Math, typst: str, mathml: str) -> None:
    """To the letter, as the machines that set it read it."""
    assert (write(formula, "typst"), write(formula, "mathml")) == (typst, mathml)


def test_every_kind_of_formula_nests_in_every_other() -> None:
    """Two levels of everything are well-formed MathML and compile in Typst."""
    formulas = [outer for inner in around(Symbol("x_1")) for outer in around(inner)]
    assert compiled(formulas)
    for formula in formulas:
        parsed(formula)


@pytest.mark.parametrize(
    ("name", "latex", "typst"),
    [
        ("∂y/∂x", r"\frac{\partial y}{\partial x}", "frac(∂ y, ∂ x)"),
        ("∂²y/∂x²", r"\frac{\partial^{2} y}{\partial x^{2}}", "frac(∂^2 y, ∂ x^2)"),
        ("∂³y/∂x²∂z", r"\frac{\partial^{3} y}{\partial x^{2} \partial z}", "frac(∂^3 y, ∂ x^2 ∂ z)"),
    ],
)
def test_higher_derivatives_are_read_and_written(name: str, latex: str, typst: str) -> None:
    assert [write(named(name), notation) for notation in ("plain", "latex", "typst")] == [name, latex, typst]


def test_a_name_that_only_looks_like_a_derivative_stays_a_name() -> None:
    assert named("∂²y/∂x") == Symbol("∂²y/∂x")


def test_formulas_are_changed_by_nobody() -> None:
    for formula in (A, Number(2.0), Infix("+", (A, B)), Negative(A), Fraction(A, B), Power(A, B), Call("f", (A,))):
        with pytest.raises(FrozenInstanceError):
            setattr(formula, fields(formula)[0].name, C)
