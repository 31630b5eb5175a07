"""Large graphs: what is folded, what repeats, and where it stands. `viz.graph_view` draws them.

In reading order:

folding      what is drawn: every node, or boxes that hold many and open
blocks       many nodes cut into few parts: repeated blocks with their count, and stretches
bundles      the arrows of a folded graph: one for all edges between two boxes
layered      a layered layout of our own, for graphs that Graphviz cannot do in a moment
fold_states  the pictures that a page reaches by opening and closing boxes
"""
