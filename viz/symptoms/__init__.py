"""What can be wrong with a graph or its gradients. `viz.diagnosis` asks all of them.

In reading order:

findings   findings, each at a node, and the thresholds that decide, each with its reason
passes     no backward pass yet, several added up, or data that changed since
outsiders  leaves that are not part of the graph, though they were made beside it
numbers    the first nan or infinity, and where it came from
flow       leaves that no gradient reaches, chains along which it vanishes or explodes
units      a ReLU that is off
saturation a sigmoid, tanh or softmax that is saturated
marks      findings as numbered signs on a picture
moments    the step that shows a finding
"""
