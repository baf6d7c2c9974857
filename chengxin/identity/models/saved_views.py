"""Searches of registers that an officer keeps."""

from django.db import models

from chengxin.identity.models.officers import User

KEPT_MOST = 20
QUERY = r"^([a-z]{1,12}=[A-Za-z0-9-]{1,40}(&[a-z]{1,12}=[A-Za-z0-9-]{1,40}){0,11})?$"
LONG_NUMBER = r"[0-9]{15}"


class SavedView(models.Model):
    """A search that an officer keeps for themselves: a register, a name of their own, and the filters as an address.

    Filters are words, items, days and batches; the database takes nothing in them, nor in the name, that could be an identity code.
    """

    officer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    register = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "identity_saved_view"
        constraints = [
            models.UniqueConstraint(name="saved_view_one_name", fields=("officer", "register", "name")),
            models.CheckConstraint(
                name="saved_view_has_name", condition=~models.Q(name="") & ~models.Q(name__regex=LONG_NUMBER)
            ),
            models.CheckConstraint(
                name="saved_view_of_filters",
                condition=models.Q(query__regex=QUERY) & ~models.Q(query__regex=LONG_NUMBER),
            ),
        ]
