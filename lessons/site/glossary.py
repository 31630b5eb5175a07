"""What the words of the course mean, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TERMS: Mapping[str, str] = MappingProxyType(
    {
        "activation": "The function φ that a neuron applies to its weighted sum: a = φ(w · x + b).",
        "Adam": "A descent whose steps are the running mean of the gradient over the root of that of its square.",
        "backpropagation": "The chain rule from the loss backwards: each node hands its gradient, times its local "
        "derivative, to the nodes it was computed from.",
        "batch": "The examples that one step looks at.",
        "bias": "The number b that a neuron adds to its weighted sum.",
        "chain rule": "The derivative of a composition is the product of the derivatives, summed over all paths.",
        "CMA-ES": "An evolution strategy whose search ellipse learns the shape of the valley.",
        "contribution": "What one edge adds to a gradient: upstream gradient times local derivative.",
        "cross-entropy": "The negative logarithm of the probability that was given to what was true, on average.",
        "decision boundary": "The line or surface on which a classifier is undecided.",
        "discriminant analysis": "Classification by Bayes' rule with a normal distribution for each class.",
        "epoch": "One passage through all training examples.",
        "finite difference": "(f(x + h) − f(x − h)) / 2h, which checks a derivative without knowing a rule.",
        "forward pass": "The computation of all values, from the inputs to the loss.",
        "genetic algorithm": "A search that keeps the best of a population; crossover and mutation make the next.",
        "gradient": "The derivatives of the loss with respect to all parameters; along it the loss grows fastest.",
        "gradient descent": "Steps against the gradient: w ← w − η ∂L/∂w.",
        "Hessian": "The matrix of second derivatives; its eigenvalues are the curvatures of the valley.",
        "initialisation": "How the weights begin; so that signals keep their size through the layers.",
        "layer": "Neurons side by side that see the same inputs.",
        "leaf": "A node that was not computed: a weight, a bias, an input.",
        "learning rate": "The factor η that turns a gradient into a step.",
        "local derivative": "∂y/∂x of a single operation, evaluated where the forward pass was.",
        "logistic regression": "A sigmoid of a straight line, fitted by maximum likelihood: one neuron.",
        "loss": "The number that training makes small.",
        "mean squared error": "(1/n) Σ (y − ŷ)².",
        "momentum": "A descent with inertia: each step keeps a part of the one before.",
        "neuron": "A weighted sum of inputs, a bias, and an activation.",
        "Newton's method": "The step that a parabola asks for: minus the inverse Hessian times the gradient.",
        "node": "A value in the graph: a leaf, or the result of one operation.",
        "perceptron": "A neuron with a threshold, and Rosenblatt's rule to train it.",
        "ReLU": "max(x, 0); its derivative at 0 is 0 here.",
        "RMSprop": "A descent whose steps are divided by the running root mean square of each gradient.",
        "saturation": "Where an activation is so flat that hardly any gradient comes through.",
        "sigmoid": "σ(x) = 1 / (1 + e⁻ˣ), with σ′ = σ (1 − σ) ≤ 1/4.",
        "softmax": "eᵃ / Σ eᵃ: positive numbers that sum to 1.",
        "upstream gradient": "The gradient of the loss with respect to the result of an operation.",
        "vanishing gradient": "Gradients that shrink by a factor in every layer on their way back.",
        "weight": "The number w by which a neuron multiplies an input.",
    }
)
