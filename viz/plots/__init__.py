"""Plots that every study needs, in one theme: each says what to notice, shows itself, and saves itself.

>>> import viz
>>> viz.plots.activation("tanh").numbers["saturated"][0][0]
-6.0

matplotlib draws them; it is imported when the first one is drawn. They open no window and keep nothing global.
"""

from viz.plots.activations import activation
from viz.plots.boundary import decision_boundary
from viz.plots.confusion import confusion_matrix
from viz.plots.curves import learning_curves
from viz.plots.curves_and_points import lines
from viz.plots.distributions import violins
from viz.plots.fields import vector_field
from viz.plots.films import film
from viz.plots.histogram_grid import histogram_grid
from viz.plots.landscape import contours
from viz.plots.layers import histograms
from viz.plots.pictures import images
from viz.plots.plot import Plot
from viz.plots.receiver import roc
from viz.plots.surface import loss_surface
from viz.plots.tangents import tangent
from viz.plots.training_films import decision_boundary_film, race

__all__ = [
    "Plot",
    "activation",
    "confusion_matrix",
    "contours",
    "decision_boundary",
    "decision_boundary_film",
    "film",
    "histogram_grid",
    "histograms",
    "images",
    "learning_curves",
    "lines",
    "loss_surface",
    "race",
    "roc",
    "tangent",
    "vector_field",
    "violins",
]
