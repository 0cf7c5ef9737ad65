"""Pictures of figures. They only repeat what the words beside them say: without one, nothing is lost.

Drawn by a process that lives as long as a drawing: the library that draws weighs more than the whole bot.
"""

from cogs.pictures.artist import Artist
from cogs.pictures.charts import Area, Bars, Chart, Funnel, Line, Map, Mark, Tree, Twig

__all__ = ["Area", "Artist", "Bars", "Chart", "Funnel", "Line", "Map", "Mark", "Tree", "Twig"]
