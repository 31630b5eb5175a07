"""From a recorded graph to the moves of a storyboard, and from moves to steps. `viz.storyboard` puts them together.

In reading order:

passes   the passes as columns of numbers: whose number becomes known at each move, and which number
telling  moves made from those columns, and their formulas in symbols and in numbers
cutting  moves cut into steps: by contribution, by node, by layer, by pass
made     a sequence whose items are made when they are asked for
"""
