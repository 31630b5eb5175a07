"""The questions: comparisons, truths, positions. They have answers, and no derivative."""

from __future__ import annotations

import math

import numpy as np

from microgradphys.rows.primitive import Primitive
from microgradphys.rows.reductions import shares
from microgradphys.rows.samples import A22, M23, S22, V3, Z23

# fmt: off
QUESTIONS: tuple[Primitive, ...] = (
    #         name             written        samples
    Primitive("greater",       "a > b",       ((0.5, -1.5), (V3, 0.2))),
    Primitive("greater_equal", "a ≥ b",       ((0.5, 0.5), (V3, 0.2))),
    Primitive("less",          "a < b",       ((0.5, -1.5), (V3, 0.2))),
    Primitive("less_equal",    "a ≤ b",       ((0.5, 0.5), (V3, 0.2))),
    Primitive("equal",         "a = b",       ((0.5, 0.5), (V3, 0.2))),
    Primitive("not_equal",     "a ≠ b",       ((0.5, 0.5), (V3, 0.2))),
    Primitive("logical_and",   "a ∧ b",       ((1.0, 0.0), (Z23, M23))),
    Primitive("logical_or",    "a ∨ b",       ((1.0, 0.0), (Z23, M23))),
    Primitive("logical_xor",   "a ⊻ b",       ((1.0, 1.0), (Z23, M23))),
    Primitive("logical_not",   "¬a",          ((1.0,), (Z23,))),
    Primitive("isfinite",      "isfinite(a)", ((1.0,), (np.array([math.inf, math.nan, 1.0]),))),
    Primitive("isnan",         "isnan(a)",    ((1.0,), (np.array([math.inf, math.nan, 1.0]),))),
    Primitive("isinf",         "isinf(a)",    ((1.0,), (np.array([math.inf, math.nan, 1.0]),))),
    Primitive("any",           "any(a)",      ((Z23,), ((Z23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("all",           "all(a)",      ((Z23,), ((Z23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("signbit",       "signbit(a)",  ((1.0,), (V3,))),
    Primitive("argmax",        "argmax(a)",   ((M23,), ((M23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("argmin",        "argmin(a)",   ((M23,), ((M23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("argsort",       "argsort(a)",  ((M23,), ((M23,), {"axis": 0})), statics=("axis", "kind", "stable")),
    Primitive("shares",        "shares(a, b)", ((V3, 1.3), ((M23, M23.max(0)), {"axis": 0})), statics=("axis",), forward=shares),
    Primitive("sign_of_det",   "sgn(det(a))", ((A22,), (-S22,)), forward=lambda xp, a: np.linalg.slogdet(a).sign),
    Primitive("stop",          "a",           ((0.5,), (V3,)), forward=lambda xp, a: a),
)
