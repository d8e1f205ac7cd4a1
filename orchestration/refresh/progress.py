"""What a person sees of a refresh: which step runs, how far it is, how long it took.

On a terminal one line rewrites itself; elsewhere each step leaves one plain line. The
measured seconds are kept for the manifest.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from orchestration.text.printable import shown, shown_lines

CLEAR_LINE = "\r\x1b[K"
TITLE_WIDTH = 18


class Progress:
    """Tells of steps on a stream; `clock` counts seconds from any start.

    `prefix` stands before what is shown on a terminal; a `brief` one leaves no line of
    a step.
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        *,
        prefix: str = "",
        brief: bool = False,
    ) -> None:
        self._prefix = prefix
        self._is_brief = brief
        self.seconds: dict[str, float] = {}
        self.current_step: str | None = None
        self._stream = stream
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._title = ""
        self._started = clock()
        self._note = ""

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        """Time one step under `name`; a failing one is told as failed."""
        self.current_step, self._title, self._note = name, title, ""
        self._started = self._clock()
        self.update("…")
        try:
            yield
        except BaseException:
            self._end(name, "failed after ")
            raise
        self._end(name, "")
        self.current_step = None

    def update(self, what: str, done: int | None = None, of: int | None = None) -> None:
        """Show what is being worked on now, and how far it is where that is known."""
        if not self._is_terminal:
            return
        count = "" if done is None or of is None else f"{done} of {of}  "
        title = f"{self._prefix}{self._title:<{TITLE_WIDTH}}"
        line = f"{title} {self._elapsed():6.1f} s  {count}{shown(what)}"
        self._write(CLEAR_LINE + line[: self._columns() - 1])

    def seconds_so_far(self) -> dict[str, float]:
        """Return the seconds of each step, those of the running one included."""
        if self.current_step is None:
            return dict(self.seconds)
        return {**self.seconds, self.current_step: self._elapsed()}

    def note(self, text: str) -> None:
        """Set what the closing line of the step says beside its time."""
        self._note = text

    def tell(self, line: str) -> None:
        """Leave a line of its own."""
        clear = CLEAR_LINE if self._is_terminal else ""
        self._write(clear + shown_lines(line) + "\n")

    def _end(self, name: str, outcome: str) -> None:
        seconds = self._elapsed()
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        if self._is_brief:
            return
        timing = f"{outcome}{seconds:.1f} s"
        self.tell(f"{self._title:<{TITLE_WIDTH}} {timing:>8}  {self._note}".rstrip())

    def _elapsed(self) -> float:
        return self._clock() - self._started

    def _columns(self) -> int:
        try:
            # 0 where a terminal does not know
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except OSError:
            return 80

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
