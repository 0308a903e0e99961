"""lol-html's objects must be dropped on the thread that made them."""

import gc
import sys
import threading

from consentkit.html.rewriter import Node, StreamRewriter


def test_an_error_leaves_nothing_for_another_thread_to_drop(monkeypatch):
    """Wherever the garbage collector happens to run next."""
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: complaints.append(found.exc_value))

    def fail(_: Node) -> None:
        raise ValueError("of a handler")

    gc.disable()
    try:
        rewriter = StreamRewriter()
        rewriter.on("img", fail)
        rewriter.feed(b"<p><img src=x>")
        rewriter.finish()
        assert "of a handler" == str(rewriter.failure)
        del rewriter
        collecting = threading.Thread(target=gc.collect)
        collecting.start()
        collecting.join()
    finally:
        gc.enable()
    assert [] == complaints
