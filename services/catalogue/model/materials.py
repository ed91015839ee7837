"""The files of a course. A changed file is another material, so that published versions keep theirs."""

from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from services.catalogue.model.readers import is_in_offered_version
from shared.database import TenantOwned


class Material(TenantOwned, Base, kind="record"):
    """A file: its name in the manifest, its size in bytes, its SHA-256 in hexadecimal and what its content is."""

    __tablename__ = "materials"
    __table_args__ = (Index("uq_materials_content", "tenant", "course_id", "name", "sha256", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content_type: Mapped[str] = mapped_column(String(100))

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom a lesson with it is open."""
        return is_in_offered_version(cls.id, tenant)

    @property
    def file_name(self) -> str:
        """The last step of its name: what a browser saves it as."""
        return self.name.rsplit("/", 1)[-1]
