"""Files larger than a page of text. Only recordings may be so large, and only from those who may keep them."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, StopUpload, TemporaryFileUploadHandler

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.rooms.practice.recordings import LARGEST

PAGE = "facilitator:recording"
ENDLESS = 4 * LARGEST  # bytes; nobody sends so much by mistake


class RecordingHandler(TemporaryFileUploadHandler):
    """Writes a recording to the disk while it comes, up to the largest we take; of more it keeps nothing.

    What is too large is still read to its end, so that a person gets a sentence and not a broken line.
    """

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > ENDLESS:
            raise StopUpload(connection_reset=True)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        request = self.request
        there = getattr(request, "resolver_match", None)
        actor = getattr(request, "actor", None)
        if there is None or there.view_name != PAGE or actor is None or not can(actor, Permission.RECORDING_KEEP):
            raise SkipFile
        self.too_big = False
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > LARGEST and not self.too_big:
            self.too_big = True
            self.file.file.truncate(0)  # type: ignore[union-attr]
        if not self.too_big:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        file = super().file_complete(file_size)
        if file is not None:
            file.too_big = self.too_big  # type: ignore[attr-defined]
        return file
