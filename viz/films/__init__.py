"""Films: a storyboard as frames, frames as pixels, pixels as files. `viz.film` is the way in.

In reading order:

reel      what is to be shown, a title, every step and a last card, and how it is shot
equation  the formula of a step, on a line or two
plan      what stands on every frame, as data, before anything is drawn
items     what a frame is made of: inked curves with their colour and their moment
time      when each step happens
text      text as outlines, set by Typst
glyphs    the curves of what Typst drew
picture   the picture and what a step changes on it
labels    the names and numbers in the picture, apart from each other
touching  which texts touch each other, or a shape
tints     heat maps and tinted edges
signs     what a diagnosis found: signs at nodes, and a card of sentences
camera    where a picture stands on the frame, when it is too large to be read as a whole
map       the small overview beside such a picture
panel     the list of what is known, at the right
cards     the first and the last card
paint     frames as pixels, drawn by cairo
jobs      drawing the steps in one process or in several
mp4       video files: pieces, and a film joined from them
gif       a film as a GIF, with one palette
captions  what a film says in words: subtitles and chapters
write     the files of a film, out of its pieces
deck      `slides`: the film cut into its steps, for the browser and for Beamer
scene     `Film`: a scene for a lecturer's own manim file
"""
