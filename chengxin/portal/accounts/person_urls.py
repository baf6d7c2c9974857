"""Addresses where persons log in and start; the desk's face alone has them."""

from django.urls import path

from chengxin.portal.accounts import platform
from chengxin.portal.person import contacts, home

urlpatterns = [
    path("me/login/", platform.begin, name="person-login"),
    path("me/login/answer/", platform.callback, name="person-callback"),
    path("me/", home.person_home, name="person-home"),
    path("me/entries/", home.entries, name="person-entries"),
    path("me/messages/", contacts.messages, name="person-messages"),
    path("me/messages/contacts", contacts.enter, name="person-contact-enter"),
    path("me/messages/contacts/<int:number>/code", contacts.again, name="person-contact-again"),
    path("me/messages/contacts/<int:number>/prove", contacts.prove, name="person-contact-prove"),
    path("me/messages/contacts/<int:number>/quiet", contacts.quiet, name="person-contact-quiet"),
    path("me/messages/contacts/<int:number>/drop", contacts.drop, name="person-contact-drop"),
]
