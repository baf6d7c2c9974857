"""Addresses where persons log in and start; the desk's face alone has them."""

from django.urls import path

from chengxin.portal.accounts import platform
from chengxin.portal.person import home

urlpatterns = [
    path("me/login/", platform.begin, name="person-login"),
    path("me/login/answer/", platform.callback, name="person-callback"),
    path("me/", home.person_home, name="person-home"),
    path("me/entries/", home.entries, name="person-entries"),
]
