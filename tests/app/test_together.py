"""What is written together: each gets its own answer, nobody waits for company, poison stays alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.together import Together
from tests.patience import until


class Book:
    """Writes numbers down, once `open` lets it; thirteen it never writes."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = threading.Event()
        self.trouble: type[Exception] | None = None

    def write(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        assert self.open.wait(10)
        if self.trouble:
            raise self.trouble
        if 13 in numbers:
            raise ValueError("thirteen")
        return [number * 10 for number in numbers]


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def line(book: Book) -> Together[int, int]:
    return Together(book.write, lambda error: isinstance(error, OSError))


def put_all(line: Together[int, int], book: Book, numbers: Sequence[int]) -> list[int | str]:
    """Put the first, the others while it is being written, and then open the book; return how each came out."""

    def put(number: int) -> int | str:
        try:
            return line.put(number)
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(numbers)) as threads:
        came = [threads.submit(put, numbers[0])]
        until(lambda: book.batches)
        came += [threads.submit(put, number) for number in numbers[1:]]
        until(lambda: len(line._line) == len(numbers) - 1)
        book.open.set()
        return [each.result(10) for each in came]


def test_who_comes_alone_writes_at_once(line: Together[int, int], book: Book) -> None:
    book.open.set()
    assert [line.put(number) for number in (1, 2)] == [10, 20] and book.batches == [[1], [2]]


def test_who_comes_meanwhile_is_written_together_and_hears_their_own(
    line: Together[int, int], book: Book
) -> None:
    assert put_all(line, book, range(1, 7)) == [10, 20, 30, 40, 50, 60]
    assert book.batches[0] == [1] and sorted(book.batches[1]) == [2, 3, 4, 5, 6] and len(book.batches) == 2


def test_poison_takes_nobody_along(line: Together[int, int], book: Book) -> None:
    assert put_all(line, book, [1, 2, 13, 4]) == [10, 20, "ValueError", 40]


def test_everybodys_trouble_is_told_to_all_and_tried_once(line: Together[int, int], book: Book) -> None:
    book.trouble = OSError
    assert put_all(line, book, [1, 2, 3, 4]) == ["OSError"] * 4 and len(book.batches) == 2


def test_the_line_goes_on_after_trouble(line: Together[int, int], book: Book) -> None:
    book.trouble = OSError
    put_all(line, book, [1, 2])
    book.trouble = None
    assert line.put(3) == 30
