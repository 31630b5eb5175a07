"""The debugger in the terminal: what it finds, what it answers, and its two faces. `viz.stepper` is the way in.

In reading order:

atlas          where things are in a graph: nodes by name, the way from one to the loss
neighbours     which node to look at next
conditions     conditions of breakpoints: a small grammar, never evaluated as Python
breakpoints    where to stop: a place in the graph or in the program, a condition, or both
expressions    arithmetic with what is known, for print
answers        what the stepper says about a node, or about everything that is known
watching       what it keeps an eye on: breakpoints and watched nodes
whereabouts    where it is: the way to the loss, the steps and the program around
commands       the typed commands: their words, what they do, what is said of them
obeying        which command is meant, and carrying it out
completion     what the Tab key may mean
prompt         the conversation, typed or piped in
screen         the full screen: graph, formula and program side by side
panes          what its panes say
screen_prompt  its prompt line
screen_look    its colours
"""
