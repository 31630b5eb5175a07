"""What the page's player is given, beside the files of `web-player/`. `viz.html` writes the page.

In reading order:

data        a storyboard, its pictures and its findings as one JSON object
again       what the page needs to compute a storyboard again with other numbers
javascript  tables that Python writes for JavaScript: operations, signs, widths of letters
"""
