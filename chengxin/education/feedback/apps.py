from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "chengxin.education.feedback"
    label = "feedback"
