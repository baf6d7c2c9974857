"""The addresses of the editors' face. Everything of the content system stands behind the one act of writing pages."""

from django.urls import include, path
from wagtail.admin import urls as content
from wagtail.utils.urlpatterns import decorate_urlpatterns

from chengxin.identity.policies import officers_may
from chengxin.portal.accounts import logins
from chengxin.portal.accounts import urls as accounts
from chengxin.portal.editing.choosers import number_scripts
from chengxin.portal.editing.pictures import picture

number_scripts()

# Officers declare who they are at the desk or the administration, where the vault is.
OWN_ACCOUNT = [one for one in accounts.urlpatterns if one.name != "account_declare"]
# Logging in and out are our own pages, by the names that the content system leads to; nobody resets a password by mail.
OURS = {"wagtailadmin_login", "wagtailadmin_logout"}
CONTENT = [
    one
    for one in content.urlpatterns
    if getattr(one, "name", None) not in OURS and "password_reset" not in str(one.pattern)
]

urlpatterns = [
    *OWN_ACCOUNT,
    path("media/<path:name>", picture, name="media"),
    path("edit/login/", logins.login, name="wagtailadmin_login"),
    path("edit/logout/", logins.log_out, name="wagtailadmin_logout"),
    path("edit/", include(decorate_urlpatterns(CONTENT, officers_may("pages.edit")))),
]
