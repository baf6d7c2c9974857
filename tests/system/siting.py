"""Attacks on the public site: on who publishes, on what the public sees of pages, on what the editors' role reaches."""

from typing import Any

from tests.system.administering import declare, grant, user
from tests.system.attacks import Attack
from tests.system.stage import Stage

CASE = "(SELECT page_ptr_id FROM pages_casepage LIMIT 1)"
NEWS = "(SELECT page_ptr_id FROM pages_newspage LIMIT 1)"
ROOT = "(SELECT id FROM wagtailcore_page WHERE depth = 1)"


def grants_beside(role: str, login: str) -> Attack:
    """Grant an account of one kind a role of the other, at whatever time."""
    return lambda stage: grant(stage, role=role, user_id=user(stage, login))


def revision(stage: Stage, number: int, login: str | None, page: str = NEWS) -> None:
    writer = user(stage, login) if login else None
    stage.run(
        "owner",
        f"""INSERT INTO wagtailcore_revision
                (id, created_at, object_id, content, content_type_id, base_content_type_id, user_id, object_str)
            SELECT %s, now(), {page}::text, '{{}}', p.content_type_id, t.id, %s, ''
            FROM wagtailcore_page p, django_content_type t
            WHERE p.id = {page} AND t.app_label = 'wagtailcore' AND t.model = 'page'""",
        number, writer,
    )  # fmt: skip


def approval(stage: Stage, number: int, login: str, status: str = "approved") -> None:
    stage.run(
        "owner",
        """WITH state AS (INSERT INTO wagtailcore_workflowstate
                (object_id, status, created_at, workflow_id, base_content_type_id, content_type_id)
                SELECT r.object_id, 'approved', now(), (SELECT id FROM wagtailcore_workflow LIMIT 1),
                    r.base_content_type_id, r.content_type_id
                FROM wagtailcore_revision r WHERE r.id = %s RETURNING id)
            INSERT INTO wagtailcore_taskstate
                (status, started_at, comment, content_type_id, revision_id, task_id, workflow_state_id, finished_by_id)
            SELECT %s, now(), '', (SELECT id FROM django_content_type WHERE model = 'taskstate'), %s,
                   (SELECT id FROM wagtailcore_task LIMIT 1), state.id, %s FROM state""",
        number, status, number, user(stage, login),
    )  # fmt: skip


def publishes(
    *,
    writers: tuple[str | None, ...] = ("editor",),
    by: str = "publisher",
    status: str = "approved",
    one_person: bool = False,
    **more: Any,
) -> Attack:
    """Publish, as the editors' role, a page that these wrote one after the other and that somebody approved; sound unless changed."""

    def tried(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE wagtailcore_page SET live = false, live_revision_id = NULL WHERE id = {NEWS}")
        if one_person or "undeclared" in more:
            stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
            stage.run("owner", "ALTER TABLE identity_declaration DISABLE TRIGGER USER")
            for login in {by, *(one for one in writers if one)}:
                stage.run("owner", "DELETE FROM identity_declaration WHERE user_id = %s", user(stage, login))
                if one_person:
                    declare(stage, user(stage, login), code_hashes=[b"one and the same person's own hash"])
        for place, writer in enumerate(writers):
            revision(stage, 9001 + place, writer)
        last = 9000 + len(writers)
        if "of_page" in more:
            revision(stage, 9100, "editor", more["of_page"])
            last = 9100
        if by:
            approval(stage, last, by, status)
        stage.run("editor", f"UPDATE wagtailcore_page SET live = true, live_revision_id = {last} WHERE id = {NEWS}")
        return True

    return tried


def is_born_published(stage: Stage) -> bool:
    """Make a page as the editors' role that is live from the first moment."""
    stage.run(
        "editor",
        """INSERT INTO wagtailcore_page SELECT (jsonb_populate_record(p, jsonb_build_object(
               'id', 9001, 'path', '00010009', 'translation_key', gen_random_uuid(), 'live', true))).*
           FROM wagtailcore_page p WHERE p.depth = 2""",
    )
    return True


def sees_page(change: str, page: str = NEWS) -> Attack:
    """See a page as the public after the owner changed something of it."""

    def tried(stage: Stage) -> bool:
        number = stage.run("owner", f"SELECT {page}")[0][0]
        stage.run("owner", change)
        return bool(stage.run("public", "SELECT FROM public_page WHERE id = %s", number))

    return tried


CLOSED = f"""INSERT INTO wagtailcore_pageviewrestriction (password, page_id, restriction_type)
    SELECT '', p.id, 'login' FROM wagtailcore_page p JOIN wagtailcore_page n ON n.id = {NEWS}
    WHERE starts_with(n.path, p.path) AND p.depth = n.depth - 1"""


def sees_picture(*, kind: str = "picture", spec: str = "max-1200x1200", live: bool = True, block: int = 9001) -> Attack:
    """See a picture's file as the public; sound unless changed: one that stands in a published page, in the size that is shown."""

    def tried(stage: Stage) -> bool:
        stage.run(
            "owner",
            """INSERT INTO wagtailimages_image (id, title, file, width, height, created_at, file_hash, collection_id, description)
               VALUES (9001, '', 'original_images/x.jpg', 1, 1, now(), '', (SELECT id FROM wagtailcore_collection LIMIT 1), '')""",
        )
        stage.run(
            "owner",
            """INSERT INTO wagtailimages_rendition (file, width, height, focal_point_key, image_id, filter_spec)
               VALUES ('images/x.jpg', 1, 1, '', 9001, %s)""",
            spec,
        )
        stage.run("owner", "INSERT INTO pages_file (name, content, made_at) VALUES ('images/x.jpg', 'x', now())")
        body = f'[{{"type": "{kind}", "value": {{"image": {block}}}, "id": "x"}}]'
        stage.run("owner", f"UPDATE pages_newspage SET body = %s::jsonb WHERE page_ptr_id = {NEWS}", body)
        stage.run("owner", f"UPDATE wagtailcore_page SET live = %s WHERE id = {NEWS}", live)
        return bool(stage.run("public", "SELECT FROM public_picture"))

    return tried


def moved(change: str) -> Attack:
    """Follow a redirect as the public to a page that the owner changed meanwhile."""

    def tried(stage: Stage) -> bool:
        stage.run(
            "owner",
            f"""INSERT INTO wagtailredirects_redirect (old_path, is_permanent, redirect_link, redirect_page_id, redirect_page_route_path,
                automatically_created, created_at) VALUES ('/gone', true, '', {NEWS}, '', true, now())""",
        )
        stage.run("owner", change)
        return bool(stage.run("public", "SELECT FROM public_redirect"))

    return tried
