"""The addresses of the administration's pages."""

from django.urls import path

from chengxin.portal.administration import log, officers

app_name = "administration"
urlpatterns = [
    path("officers/", officers.officers, name="officers"),
    path("officers/new/", officers.enter, name="enter"),
    path("officers/<str:login>/", officers.officer, name="officer"),
    path("officers/<str:login>/grant/", officers.grant, name="grant"),
    path("officers/<str:login>/leave/", officers.leave, name="leave"),
    path("grants/<int:number>/withdraw/", officers.withdraw, name="withdraw"),
    path("log/", log.log, name="log"),
    path("log.csv", log.log_file, name="log-file"),
]
