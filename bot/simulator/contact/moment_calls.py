"""The calls on Moments: to make one (95094), to ask after it (93333), to call it off (97612).

An app sees its own. The errcodes 41059 to 41065 are those of the list (90455) as SDKs quote it;
which of them a wrong attachment gets, and what a job of yesterday is refused with, is unverified,
and so is the frequency of ten a minute, which SDKs quote.
"""

from datetime import timedelta
from typing import Any

from bot.core.events import MediaKind
from bot.simulator.cast import App
from bot.simulator.contact.content import Content
from bot.simulator.contact.moments import (
    CompanyMoments,
    JobStatus,
    Moment,
    MomentState,
    Publication,
)
from bot.simulator.contact.reading import (
    Body,
    needed,
    page_of,
    read_bytes,
    read_employee,
    read_number,
    read_part,
    read_parts,
    read_text,
    read_texts,
)
from bot.simulator.contact.show import Show
from bot.simulator.contact.tags import TagLibrary
from bot.simulator.frame import Answer, Call
from bot.simulator.frequency import Frequency
from bot.simulator.limits import (
    MOMENT_JOB_SECONDS,
    MOMENT_LINK_TITLE_BYTES,
    MOMENT_PAGE,
    MOMENT_PICTURES,
    MOMENT_TEXT_BYTES,
    MOMENTS,
    URL_BYTES,
)
from bot.simulator.media import MediaStore
from bot.simulator.media_calls import attachment_owner
from bot.simulator.refusal import Refused, bad_parameter, too_often
from bot.simulator.world import World

_FOR_MOMENTS = 1
_NO_SENDER = 40031
_FOR_EVER = 2**53


class MomentCalls:
    """Moments as apps see them: none of these calls shows a customer anything."""

    def __init__(
        self,
        world: World,
        moments: CompanyMoments,
        library: TagLibrary,
        *,
        media: MediaStore,
        show: Show,
    ) -> None:
        self._world = world
        self._moments = moments
        self._library = library
        self._media = media
        self._show = show
        self._makings = Frequency(MOMENTS, bans=True)
        for moment in moments.moments.values():
            self._makings.take(world.cast.apps[moment.app].corp_id, moment.made_at)

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "externalcontact/add_moment_task", self.make),
            Call("GET", "externalcontact/get_moment_task_result", self.read_job, quiet=True),
            Call("POST", "externalcontact/get_moment_task", self.list_publishers, quiet=True),
            Call("POST", "externalcontact/get_moment_send_result", self.list_seen, quiet=True),
            Call("POST", "externalcontact/get_moment_comments", self.list_reactions, quiet=True),
            Call("POST", "externalcontact/cancel_moment_task", self.cancel),
        ]

    def make(self, app: App, body: Body) -> Answer:
        """add_moment_task: a job that will make a task for each employee."""
        content = self._content(app, body)
        visible = read_part(body, "visible_range")
        named = read_texts(read_part(visible, "sender_list"), "user_list")
        tags = read_texts(read_part(visible, "external_contact_list"), "tag_list")
        if len(self._library.living(tags)) < len(tags):
            raise Refused(40068, "invalid tagid")
        if not self._makings.take(app.corp_id, self._world.now()):
            raise too_often()
        known = [user_id for user_id in named if user_id in self._world.people]
        moment = self._moments.make(
            app.key,
            content,
            employees=known if named else list(self._world.people),
            strangers=[user_id for user_id in named if user_id not in known],
            tags=tags,
        )
        self._show.publish_moment(moment)
        return {"jobid": moment.jobid}

    def read_job(self, app: App, body: Body) -> Answer:
        """get_moment_task_result: the moment's id, once the job is done."""
        moment = self._moments.job(needed(read_text(body, "jobid"), "jobid"))
        now = self._world.now()
        if moment is None or moment.app != app.key:
            raise bad_parameter("jobid")
        if now - moment.made_at > timedelta(seconds=MOMENT_JOB_SECONDS):
            raise bad_parameter("jobid: older than 24 hours")
        status = moment.status(now)
        answer: Answer = {"status": int(status), "type": "add_moment_task"}
        if status is JobStatus.DONE:
            answer["result"] = self._result(moment)
        return answer

    def list_publishers(self, app: App, body: Body) -> Answer:
        """get_moment_task: who has published and who has not."""
        moment = self._moment(app, body)
        page, cursor = page_of(list(moment.publications.items()), body, _limit(body))
        listed = [
            {
                "userid": employee,
                "publish_status": int(publication.state is MomentState.PUBLISHED),
            }
            for employee, publication in page
        ]
        return {"task_list": listed, "next_cursor": cursor}

    def list_seen(self, app: App, body: Body) -> Answer:
        """get_moment_send_result: to which customers one employee's moment is shown."""
        publication = self._published(app, body)
        page, cursor = page_of(publication.seen_by, body, _limit(body))
        listed = [{"external_userid": customer} for customer in page]
        return {"customer_list": listed, "next_cursor": cursor}

    def list_reactions(self, app: App, body: Body) -> Answer:
        """get_moment_comments: what customers did with one employee's moment."""
        publication = self._published(app, body)
        return {
            "comment_list": [
                {
                    "external_userid": customer,
                    "create_time": int(at.timestamp()),
                    "content": text,
                }
                for customer, text, at in publication.comments
            ],
            "like_list": [
                {"external_userid": customer, "create_time": int(at.timestamp())}
                for customer, at in publication.likes.items()
            ],
        }

    def cancel(self, app: App, body: Body) -> Answer:
        """cancel_moment_task: what is not published yet will not be."""
        moment = self._moment(app, body)
        self._moments.cancel(moment)
        self._show.publish_moment(moment)
        return {}

    def _result(self, moment: Moment) -> dict[str, Any]:
        made = bool(moment.publications)
        return {
            "errcode": 0 if made else _NO_SENDER,
            "errmsg": "ok" if made else "invalid userid list",
            **({"moment_id": moment.moment_id} if made else {}),
            "invalid_sender_list": {"user_list": moment.strangers, "department_list": []},
            "invalid_external_contact_list": {"tag_list": []},
        }

    def _moment(self, app: App, body: Body) -> Moment:
        moment_id = read_text(body, "moment_id")
        if not moment_id:
            raise Refused(41059, "missing moment_id")
        moment = self._moments.moments.get(moment_id)
        if moment is None or moment.app != app.key:
            raise Refused(41060, "invalid moment_id")
        if moment.status(self._world.now()) is not JobStatus.DONE:
            raise Refused(41063, "the moment is being dispatched")
        return moment

    def _published(self, app: App, body: Body) -> Publication:
        moment, employee = self._moment(app, body), read_employee(self._world, body)
        publication = moment.publications.get(employee)
        if publication is None:
            raise Refused(41061, "not a sender of this moment")
        if publication.state is not MomentState.PUBLISHED:
            raise Refused(41062, "not published by the sender yet")
        return publication

    def _content(self, app: App, body: Body) -> Content:
        text = read_text(read_part(body, "text"), "content")
        if len(text.encode("utf-8", "surrogatepass")) > MOMENT_TEXT_BYTES:
            raise Refused(45002, f"invalid text size: {MOMENT_TEXT_BYTES} bytes")
        listed = read_parts(body, "attachments")
        if not text.strip() and not listed:
            raise Refused(44004, "text and attachments are empty")
        kinds = {read_text(item, "msgtype") for item in listed}
        if len(kinds) > 1 or not kinds <= {"image", "video", "link"}:
            raise Refused(41065, "invalid attachments msgtype")
        if len(listed) > (MOMENT_PICTURES if kinds == {"image"} else 1):
            raise Refused(41064, "invalid attachments size")
        owner = attachment_owner(app.corp_id, _FOR_MOMENTS)
        return Content(text, tuple(self._attachment(owner, item) for item in listed))

    def _attachment(self, owner: str, item: Body) -> dict[str, Any]:
        """What was uploaded for Moments, and for nothing else."""
        kind = read_text(item, "msgtype")
        part = read_part(item, kind)
        shown = MediaKind.VIDEO if kind == "video" else MediaKind.IMAGE
        fields = {"media_id": self._media.take(owner, read_text(part, "media_id"), shown).id}
        if kind == "link":
            fields["title"] = read_bytes(part, "title", MOMENT_LINK_TITLE_BYTES)
            fields["url"] = needed(read_bytes(part, "url", URL_BYTES), "link.url")
        return {"msgtype": kind, kind: fields}


def _limit(body: Body) -> int:
    """The length of a page; the usual one when the call names none or too large a one."""
    usual, largest = MOMENT_PAGE
    limit = read_number(body, "limit", usual, least=1, most=_FOR_EVER)
    return limit if limit <= largest else usual
