"""An animation as one page of HTML, with a player of a few lines."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import Any

from matplotlib.animation import AbstractMovieWriter
from matplotlib.figure import Figure

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: sans-serif; margin: 1em auto; max-width: 1000px; text-align: center; }}
img {{ max-width: 100%; }} input {{ width: 60%; vertical-align: middle; }}</style></head><body>
<img id="picture" alt="{title}"><p><button id="play">pause</button>
<input id="place" type="range" min="0" value="0"><button id="back">&minus;1</button><button id="on">+1</button></p>
<script>const frames = [
"""
_PLAYER = """];
const picture = document.getElementById("picture"), place = document.getElementById("place");
const button = document.getElementById("play");
let playing = true;
place.max = frames.length - 1;
function show(i) {{
  place.value = (i + frames.length) % frames.length;
  picture.src = "data:image/png;base64," + frames[place.value];
}}
function play(yes) {{ playing = yes; button.textContent = yes ? "pause" : "play"; }}
button.onclick = () => play(!playing);
place.oninput = () => {{ play(false); show(+place.value); }};
document.getElementById("back").onclick = () => {{ play(false); show(+place.value - 1); }};
document.getElementById("on").onclick = () => {{ play(false); show(+place.value + 1); }};
setInterval(() => {{ if (playing) show(+place.value + 1); }}, {interval});
show(0);
</script></body></html>
"""


class HtmlWriter(AbstractMovieWriter):
    """Writes a page that needs no other file and no network; frame after frame, so that none stays in memory."""

    def setup(self, fig: Figure, outfile: str | Path, dpi: float | None = None) -> None:
        """Begin the page."""
        super().setup(fig, outfile, dpi)
        title = html.escape(fig.texts[0].get_text() if fig.texts else "", quote=True)
        Path(self.outfile).write_text(_PAGE.format(title=title), encoding="utf-8")

    def grab_frame(self, **options: Any) -> None:
        """Take the figure as it is now."""
        picture = io.BytesIO()
        self.fig.savefig(picture, format="png", dpi=self.dpi, **options)
        with open(self.outfile, "a", encoding="utf-8") as page:
            page.write(f'"{base64.b64encode(picture.getvalue()).decode()}",\n')

    def finish(self) -> None:
        """End the page."""
        with open(self.outfile, "a", encoding="utf-8") as page:
            page.write(_PLAYER.format(interval=round(1e3 / self.fps)))
