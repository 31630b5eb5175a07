"""The rows of the table of primitives, in files by what they do to numbers; `microgradphys.primitives` joins them.

In reading order:

primitive     what a row is made of
elementwise   arithmetic, powers, exponentials, angles, steps, choices, activations: number by number
products      of matrices, of everything with everything, along named axes
reductions    sums, averages, extrema, spreads, lengths
soft          softmax and the logarithms that go with it
shapes        other shapes, other orders, parts picked, parts joined
windows       what convolutions and pools cut out
matrices      inverses, determinants, systems of equations, decompositions
questions     comparisons, truths, positions: no derivative at all
samples       the points at which every row is checked
"""
