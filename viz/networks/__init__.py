"""Networks: read out of a graph, and drawn in the form that suits their size. `viz.views` chooses the form.

In reading order:

units          what a network is made of: its units, their connections, where their numbers are
network        reading a network of scalar Values: inputs, neurons, weights, biases
array_network  reading a network of arrays: `h = np.tanh(x @ W + b)` is a layer
array_neurons  the neurons of a network of arrays, for one sample
repeats        weights that are used several times: a batch of samples, or steps in time
canvas         a picture while it is being laid out
routes         what each move lights, and the way that the dot goes
edge_labels    where the numbers of weights stand: along their edges, off each other
network_view   neurons as circles, weights as edges
array_boxes    an array in a box, with its numbers and its gradient as heat maps
heat_view      large networks: boxes for layers, heat maps for weights
time_view      a recurrent network unrolled in time
short_names    what neurons without a name are called
weight_tables  weights below the edges, where there are too many for numbers beside them
loops          which step of a loop a node belongs to, where no scope says it
cells          reading the steps of recurrent layers with gates
cell_view      a cell for every step, its gates by name
flow           reading stages out of any graph with products: attention, residuals, convolutions
flow_view      a box for each stage and leaf, arrows between
window_search  finding a window that slides in a graph
sliding        `window`: a convolution or a pool, one step for each place
window_view    image, kernel and output of a sliding window, as squares with numbers
"""
