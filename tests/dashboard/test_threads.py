"""Handlers run in few threads."""

import threading

import anyio

from consentkit.dashboard.threads import Threads


def test_no_more_than_so_many_run_at_once():
    """The others wait, and all of them end."""
    running, most, lock, together = 0, 0, threading.Lock(), threading.Barrier(2)

    def work(number):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(10)
        with lock:
            running -= 1
        return number * 2

    async def main():
        threads, found = Threads(2), []

        async def one(number):
            found.append(await threads.run(work, number))

        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(one, number)
        return found

    assert sorted(anyio.run(main)) == [0, 2, 4, 6, 8, 10]
    assert most == 2
