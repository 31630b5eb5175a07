"""Functions as straight-line source: recorded, made simpler, written down, and run.

In reading order:

function     `compile`: a program for every kind of call
trace        recording a function, with inputs of our own
captures     what it uses beside its arguments, and whether that is still what it was
structure    nested arguments and results, apart and together
steps        what a program consists of: what is computed twice is one step
standing     rows such as the sigmoid, written with simpler rows
program      a recording as steps
rewrites     cheaper steps for dearer ones
scalars      arrays of few numbers as single numbers
memory       which arrays may be overwritten
expressions  how a step is written in Python
listing      the source, one named line a step
variables    the names of its lines
kind         one kind of call: recorded, made a program, written down and run
graph        a recorded graph of numbers as source, without a function
"""
