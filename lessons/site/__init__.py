"""The course as one static site, which works offline.

- `stories`: a lesson's file as a page: words, code, figures, numbers, player and film.
- `glossary`: what the words of the course mean.
- `build`: all lessons, the index, the gallery, the glossary and the search.
"""
