"""People and the posts they hold: the whole history, one primary post at a time."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.identity.model.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict
from shared.ids import new_id

Place = tuple[UUID, str, bool]
"""Unit, job, and whether it is the primary post."""


NIP = re.compile(r"[0-9]{18}")


class MoveBeforePresentPost(Conflict):
    """A move can't be dated before the post it ends had begun."""


class DepartureBeforePost(Conflict):
    """Nobody leaves a post before it began."""


@dataclass(frozen=True, kw_only=True)
class PostWanted:
    """A post that a person shall hold: `since` is None where the day is the day of the change."""

    unit_id: UUID
    job: str
    primary: bool
    since: date | None = None

    @property
    def place(self) -> Place:
        """What makes it the same post as another one."""
        return self.unit_id, self.job, self.primary


class PostHeld(TenantOwned, Base, kind="record"):
    """A job in a unit that a person holds. `valid_to` is the last day, None while no end is known."""

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days"),
        # One open primary post a person: the rule of the model, kept by the database too.
        Index(
            "uq_posts_open_primary",
            "person_id",
            unique=True,
            postgresql_where=text("is_primary AND valid_to IS NULL"),
            sqlite_where=text("is_primary AND valid_to IS NULL"),
        ),
        Index("ix_posts_person", "person_id"),
        Index("ix_posts_unit", "tenant", "unit_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    job: Mapped[str] = mapped_column(String(40))
    primary: Mapped[bool] = mapped_column("is_primary")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    @property
    def place(self) -> Place:
        """What makes it the same post as another one."""
        return self.unit_id, self.job, self.primary

    def is_held_on(self, day: date) -> bool:
        """Tell whether the post is held on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Person(TenantOwned, Base, kind="record"):
    """A civil servant of a city, or one of the staff of a provider, who has neither a NIP nor posts.

    The NIP, the name and the address live here alone: no event, URL or log holds them.
    """

    __tablename__ = "people"
    __table_args__ = (Index("uq_people_nip", "tenant", "nip", unique=True), Index("ix_people_name", "tenant", "name"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    nip: Mapped[str | None] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(200))
    employment_type: Mapped[str | None] = mapped_column(String(4))
    contract_start: Mapped[date | None] = mapped_column(Date)
    posts: Mapped[list[PostHeld]] = relationship(
        cascade="all, delete-orphan", order_by=(PostHeld.valid_from, PostHeld.id), lazy="selectin"
    )

    @classmethod
    def register(
        cls,
        tenant: UUID,
        *,
        nip: str | None,
        name: str,
        email: str | None,
        employment_type: str | None,
        contract_start: date | None,
    ) -> Self:
        """Make a person without a post."""
        return cls(
            id=new_id(),
            tenant=tenant,
            nip=nip,
            name=name,
            email=email,
            employment_type=employment_type,
            contract_start=contract_start,
            posts=[],
        )

    def describe(self, *, name: str, email: str | None) -> bool:
        """Give the person this name and address; tell whether anything changed."""
        if (self.name, self.email) == (name, email):
            return False
        self.name, self.email = name, email
        return True

    def employ(self, *, employment_type: str, contract_start: date | None) -> bool:
        """Give the person this form of employment; tell whether anything changed."""
        if (self.employment_type, self.contract_start) == (employment_type, contract_start):
            return False
        self.employment_type, self.contract_start = employment_type, contract_start
        return True

    def primary_post(self, day: date) -> PostHeld | None:
        """Give the primary post held on a day."""
        return next((post for post in self.posts if post.primary and post.is_held_on(day)), None)

    def leave_posts(self, wanted: Sequence[PostWanted], *, on: date) -> bool:
        """End what is not wanted any more; tell whether anything changed. It is followed by `take_posts`.

        A changed unit or job ends the old post on the day before the new one; an ended post that would have lasted no
        day is taken back, for it was a mistake. Raises `MoveBeforePresentPost`, and then nothing changed.

        Leaving and taking are apart because the database, which knows of one open primary post only, has to hear of
        the end before it hears of the beginning.
        """
        kept = {want.place for want in wanted}
        ending = {post: _successor_start(post, wanted, on) for post in self.open_posts() if post.place not in kept}
        self._check_days(wanted, ending, on)
        for post, successor in ending.items():
            if successor <= post.valid_from:
                self.posts.remove(post)
            else:
                post.valid_to = successor - timedelta(days=1)
        return bool(ending)

    def may_sign_in(self, day: date, *, has_role: bool) -> bool:
        """Tell whether the account is open: while a post is held or still to come, or a role was granted.

        Whoever has left every post is no learner of the city any more; a role, which somebody granted by hand, is taken
        by hand. The staff of a provider hold no posts, so that their roles alone count.
        """
        return has_role or any(post.valid_to is None or day <= post.valid_to for post in self.posts)

    def open_posts(self) -> list[PostHeld]:
        """Give the posts whose end is not known."""
        return [post for post in self.posts if post.valid_to is None]

    def depart(self, ending: Collection[UUID], *, last_day: date, today: date) -> bool:
        """End those of these posts that are still open with a last day; tell whether anything changed.

        One that would have begun after today, and after the last day, is taken back. Raises `DepartureBeforePost`,
        and then nothing changed.
        """
        open_posts = [post for post in self.open_posts() if post.id in ending]
        for post in open_posts:
            if last_day < post.valid_from <= today:
                raise DepartureBeforePost(
                    f"The last day is {last_day}, but a post began on {post.valid_from}; mend the day.",
                    last_day=last_day.isoformat(),
                    present_since=post.valid_from.isoformat(),
                )
        for post in open_posts:
            if post.valid_from > last_day:
                self.posts.remove(post)
            else:
                post.valid_to = last_day
        return bool(open_posts)

    def take_posts(self, wanted: Sequence[PostWanted], *, on: date) -> bool:
        """Begin what is new and mend first days, after `leave_posts`; tell whether anything changed.

        A post that goes on keeps its id, and its first day unless another one is named.
        """
        standing = {post.place: post for post in self.open_posts()}
        changed = False
        for want in wanted:
            post = standing.get(want.place)
            if post is None:
                self.posts.append(self._post(want, on))
                changed = True
            elif want.since not in (None, post.valid_from):
                post.valid_from = want.since or on
                changed = True
        return changed

    def _check_days(self, wanted: Sequence[PostWanted], ending: Mapping[PostHeld, date], on: date) -> None:
        for post, successor in ending.items():
            if post.primary and successor < post.valid_from:
                raise MoveBeforePresentPost(
                    f"The move is dated {successor}, but the present post began on {post.valid_from}; mend the date.",
                    move=successor.isoformat(),
                    present_since=post.valid_from.isoformat(),
                )
        standing = {post.place: post.valid_from for post in self.open_posts()}
        last_day = max((post.valid_to for post in self.posts if post.primary and post.valid_to), default=None)
        for want in wanted:
            since = want.since or standing.get(want.place, on)
            if want.primary and last_day and since <= last_day:
                raise MoveBeforePresentPost(
                    f"The post is dated {since}, but an earlier primary post lasts until {last_day}; mend the date.",
                    move=since.isoformat(),
                    earlier_until=last_day.isoformat(),
                )

    def _post(self, want: PostWanted, on: date) -> PostHeld:
        return PostHeld(
            id=new_id(),
            tenant=self.tenant,
            person_id=self.id,
            unit_id=want.unit_id,
            job=want.job,
            primary=want.primary,
            valid_from=want.since or on,
            valid_to=None,
        )


def _successor_start(post: PostHeld, wanted: Sequence[PostWanted], on: date) -> date:
    following = next((want for want in wanted if want.primary), None) if post.primary else None
    return (following.since if following else None) or on
