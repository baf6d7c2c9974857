"""Pages of the public site."""

import django.db.models.deletion
import django.utils.timezone
import wagtail.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='CasePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('summary', models.TextField(help_text='两三句话说清楚这一页讲什么，也用于列表和搜索。', max_length=300, verbose_name='摘要')),
                ('summary_en', models.TextField(blank=True, help_text='One or two sentences in English.', max_length=600, verbose_name='英文摘要')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('points', 3), ('steps', 7), ('source', 12), ('link', 16), ('picture', 20)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': '小标题', 'max_length': 80}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': '空一行就是另一段。', 'icon': 'pilcrow', 'label': '段落', 'max_length': 5000}), 2: ('wagtail.blocks.CharBlock', (), {'label': '一项', 'max_length': 300}), 3: ('wagtail.blocks.ListBlock', (2,), {'icon': 'list-ul', 'label': '列表'}), 4: ('wagtail.blocks.CharBlock', (), {'label': '这一步做什么', 'max_length': 60}), 5: ('wagtail.blocks.TextBlock', (), {'label': '怎样做', 'max_length': 1000}), 6: ('wagtail.blocks.StructBlock', [[('title', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'icon': 'list-ol', 'label': '分步办理'}), 8: ('wagtail.blocks.CharBlock', (), {'help_text': '全称，不加书名号。', 'label': '法律、文件名称', 'max_length': 200}), 9: ('wagtail.blocks.CharBlock', (), {'help_text': '例：第二十五条第一款', 'label': '条款', 'max_length': 60, 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': '要点或者原文', 'max_length': 1000, 'required': False}), 11: ('wagtail.blocks.URLBlock', (), {'label': '原文网址', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('law', 8), ('article', 9), ('says', 10), ('link', 11)]], {'icon': 'doc-full', 'label': '依据'}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '写明去哪里，不写“点击这里”。', 'label': '文字', 'max_length': 100}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': '本网站的网页', 'required': False}), 15: ('wagtail.blocks.RegexBlock', ('^(/|https://)[^\\s<>\\"]*$',), {'error_messages': {'invalid': '网址以 / 或者 https:// 开头，中间没有空格。'}, 'help_text': '本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。', 'label': '或者网址', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('label', 13), ('page', 14), ('address', 15)]], {'icon': 'link', 'label': '链接'}), 17: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 18: ('wagtail.blocks.CharBlock', (), {'help_text': '给看不见图片的人：图上是什么。', 'label': '图片的文字说明', 'max_length': 200}), 19: ('wagtail.blocks.CharBlock', (), {'label': '图注', 'max_length': 200, 'required': False}), 20: ('wagtail.blocks.StructBlock', [[('image', 17), ('alt', 18), ('caption', 19)]], {'icon': 'image', 'label': '图片'})}, verbose_name='正文')),
                ('nobody_recognised', models.BooleanField(default=False, help_text='不写姓名、住址、单位全称、案号和确切日期；情节特别的，改写到认不出来为止。', verbose_name='已逐句核对：从这一页认不出任何人')),
            ],
            options={
                'verbose_name': '典型案例',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='GuidePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('summary', models.TextField(help_text='两三句话说清楚这一页讲什么，也用于列表和搜索。', max_length=300, verbose_name='摘要')),
                ('summary_en', models.TextField(blank=True, help_text='One or two sentences in English.', max_length=600, verbose_name='英文摘要')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('points', 3), ('steps', 7), ('source', 12), ('link', 16), ('picture', 20)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': '小标题', 'max_length': 80}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': '空一行就是另一段。', 'icon': 'pilcrow', 'label': '段落', 'max_length': 5000}), 2: ('wagtail.blocks.CharBlock', (), {'label': '一项', 'max_length': 300}), 3: ('wagtail.blocks.ListBlock', (2,), {'icon': 'list-ul', 'label': '列表'}), 4: ('wagtail.blocks.CharBlock', (), {'label': '这一步做什么', 'max_length': 60}), 5: ('wagtail.blocks.TextBlock', (), {'label': '怎样做', 'max_length': 1000}), 6: ('wagtail.blocks.StructBlock', [[('title', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'icon': 'list-ol', 'label': '分步办理'}), 8: ('wagtail.blocks.CharBlock', (), {'help_text': '全称，不加书名号。', 'label': '法律、文件名称', 'max_length': 200}), 9: ('wagtail.blocks.CharBlock', (), {'help_text': '例：第二十五条第一款', 'label': '条款', 'max_length': 60, 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': '要点或者原文', 'max_length': 1000, 'required': False}), 11: ('wagtail.blocks.URLBlock', (), {'label': '原文网址', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('law', 8), ('article', 9), ('says', 10), ('link', 11)]], {'icon': 'doc-full', 'label': '依据'}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '写明去哪里，不写“点击这里”。', 'label': '文字', 'max_length': 100}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': '本网站的网页', 'required': False}), 15: ('wagtail.blocks.RegexBlock', ('^(/|https://)[^\\s<>\\"]*$',), {'error_messages': {'invalid': '网址以 / 或者 https:// 开头，中间没有空格。'}, 'help_text': '本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。', 'label': '或者网址', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('label', 13), ('page', 14), ('address', 15)]], {'icon': 'link', 'label': '链接'}), 17: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 18: ('wagtail.blocks.CharBlock', (), {'help_text': '给看不见图片的人：图上是什么。', 'label': '图片的文字说明', 'max_length': 200}), 19: ('wagtail.blocks.CharBlock', (), {'label': '图注', 'max_length': 200, 'required': False}), 20: ('wagtail.blocks.StructBlock', [[('image', 17), ('alt', 18), ('caption', 19)]], {'icon': 'image', 'label': '图片'})}, verbose_name='正文')),
                ('audience', models.CharField(default='本人', max_length=60, verbose_name='写给谁')),
            ],
            options={
                'verbose_name': '办事指南',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='HomePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('summary', models.TextField(help_text='两三句话说清楚这一页讲什么，也用于列表和搜索。', max_length=300, verbose_name='摘要')),
                ('summary_en', models.TextField(blank=True, help_text='One or two sentences in English.', max_length=600, verbose_name='英文摘要')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('points', 3), ('steps', 7), ('source', 12), ('link', 16), ('picture', 20)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': '小标题', 'max_length': 80}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': '空一行就是另一段。', 'icon': 'pilcrow', 'label': '段落', 'max_length': 5000}), 2: ('wagtail.blocks.CharBlock', (), {'label': '一项', 'max_length': 300}), 3: ('wagtail.blocks.ListBlock', (2,), {'icon': 'list-ul', 'label': '列表'}), 4: ('wagtail.blocks.CharBlock', (), {'label': '这一步做什么', 'max_length': 60}), 5: ('wagtail.blocks.TextBlock', (), {'label': '怎样做', 'max_length': 1000}), 6: ('wagtail.blocks.StructBlock', [[('title', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'icon': 'list-ol', 'label': '分步办理'}), 8: ('wagtail.blocks.CharBlock', (), {'help_text': '全称，不加书名号。', 'label': '法律、文件名称', 'max_length': 200}), 9: ('wagtail.blocks.CharBlock', (), {'help_text': '例：第二十五条第一款', 'label': '条款', 'max_length': 60, 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': '要点或者原文', 'max_length': 1000, 'required': False}), 11: ('wagtail.blocks.URLBlock', (), {'label': '原文网址', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('law', 8), ('article', 9), ('says', 10), ('link', 11)]], {'icon': 'doc-full', 'label': '依据'}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '写明去哪里，不写“点击这里”。', 'label': '文字', 'max_length': 100}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': '本网站的网页', 'required': False}), 15: ('wagtail.blocks.RegexBlock', ('^(/|https://)[^\\s<>\\"]*$',), {'error_messages': {'invalid': '网址以 / 或者 https:// 开头，中间没有空格。'}, 'help_text': '本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。', 'label': '或者网址', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('label', 13), ('page', 14), ('address', 15)]], {'icon': 'link', 'label': '链接'}), 17: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 18: ('wagtail.blocks.CharBlock', (), {'help_text': '给看不见图片的人：图上是什么。', 'label': '图片的文字说明', 'max_length': 200}), 19: ('wagtail.blocks.CharBlock', (), {'label': '图注', 'max_length': 200, 'required': False}), 20: ('wagtail.blocks.StructBlock', [[('image', 17), ('alt', 18), ('caption', 19)]], {'icon': 'image', 'label': '图片'})}, verbose_name='正文')),
            ],
            options={
                'verbose_name': '首页',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='NewsPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('summary', models.TextField(help_text='两三句话说清楚这一页讲什么，也用于列表和搜索。', max_length=300, verbose_name='摘要')),
                ('summary_en', models.TextField(blank=True, help_text='One or two sentences in English.', max_length=600, verbose_name='英文摘要')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('points', 3), ('steps', 7), ('source', 12), ('link', 16), ('picture', 20)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': '小标题', 'max_length': 80}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': '空一行就是另一段。', 'icon': 'pilcrow', 'label': '段落', 'max_length': 5000}), 2: ('wagtail.blocks.CharBlock', (), {'label': '一项', 'max_length': 300}), 3: ('wagtail.blocks.ListBlock', (2,), {'icon': 'list-ul', 'label': '列表'}), 4: ('wagtail.blocks.CharBlock', (), {'label': '这一步做什么', 'max_length': 60}), 5: ('wagtail.blocks.TextBlock', (), {'label': '怎样做', 'max_length': 1000}), 6: ('wagtail.blocks.StructBlock', [[('title', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'icon': 'list-ol', 'label': '分步办理'}), 8: ('wagtail.blocks.CharBlock', (), {'help_text': '全称，不加书名号。', 'label': '法律、文件名称', 'max_length': 200}), 9: ('wagtail.blocks.CharBlock', (), {'help_text': '例：第二十五条第一款', 'label': '条款', 'max_length': 60, 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': '要点或者原文', 'max_length': 1000, 'required': False}), 11: ('wagtail.blocks.URLBlock', (), {'label': '原文网址', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('law', 8), ('article', 9), ('says', 10), ('link', 11)]], {'icon': 'doc-full', 'label': '依据'}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '写明去哪里，不写“点击这里”。', 'label': '文字', 'max_length': 100}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': '本网站的网页', 'required': False}), 15: ('wagtail.blocks.RegexBlock', ('^(/|https://)[^\\s<>\\"]*$',), {'error_messages': {'invalid': '网址以 / 或者 https:// 开头，中间没有空格。'}, 'help_text': '本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。', 'label': '或者网址', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('label', 13), ('page', 14), ('address', 15)]], {'icon': 'link', 'label': '链接'}), 17: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 18: ('wagtail.blocks.CharBlock', (), {'help_text': '给看不见图片的人：图上是什么。', 'label': '图片的文字说明', 'max_length': 200}), 19: ('wagtail.blocks.CharBlock', (), {'label': '图注', 'max_length': 200, 'required': False}), 20: ('wagtail.blocks.StructBlock', [[('image', 17), ('alt', 18), ('caption', 19)]], {'icon': 'image', 'label': '图片'})}, verbose_name='正文')),
                ('day', models.DateField(default=django.utils.timezone.localdate, verbose_name='日期')),
            ],
            options={
                'verbose_name': '动态',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='PictureFile',
            fields=[
                ('name', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'pages_file',
            },
        ),
        migrations.CreateModel(
            name='PolicyPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('summary', models.TextField(help_text='两三句话说清楚这一页讲什么，也用于列表和搜索。', max_length=300, verbose_name='摘要')),
                ('summary_en', models.TextField(blank=True, help_text='One or two sentences in English.', max_length=600, verbose_name='英文摘要')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('points', 3), ('steps', 7), ('source', 12), ('link', 16), ('picture', 20)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': '小标题', 'max_length': 80}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': '空一行就是另一段。', 'icon': 'pilcrow', 'label': '段落', 'max_length': 5000}), 2: ('wagtail.blocks.CharBlock', (), {'label': '一项', 'max_length': 300}), 3: ('wagtail.blocks.ListBlock', (2,), {'icon': 'list-ul', 'label': '列表'}), 4: ('wagtail.blocks.CharBlock', (), {'label': '这一步做什么', 'max_length': 60}), 5: ('wagtail.blocks.TextBlock', (), {'label': '怎样做', 'max_length': 1000}), 6: ('wagtail.blocks.StructBlock', [[('title', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'icon': 'list-ol', 'label': '分步办理'}), 8: ('wagtail.blocks.CharBlock', (), {'help_text': '全称，不加书名号。', 'label': '法律、文件名称', 'max_length': 200}), 9: ('wagtail.blocks.CharBlock', (), {'help_text': '例：第二十五条第一款', 'label': '条款', 'max_length': 60, 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': '要点或者原文', 'max_length': 1000, 'required': False}), 11: ('wagtail.blocks.URLBlock', (), {'label': '原文网址', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('law', 8), ('article', 9), ('says', 10), ('link', 11)]], {'icon': 'doc-full', 'label': '依据'}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '写明去哪里，不写“点击这里”。', 'label': '文字', 'max_length': 100}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': '本网站的网页', 'required': False}), 15: ('wagtail.blocks.RegexBlock', ('^(/|https://)[^\\s<>\\"]*$',), {'error_messages': {'invalid': '网址以 / 或者 https:// 开头，中间没有空格。'}, 'help_text': '本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。', 'label': '或者网址', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('label', 13), ('page', 14), ('address', 15)]], {'icon': 'link', 'label': '链接'}), 17: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 18: ('wagtail.blocks.CharBlock', (), {'help_text': '给看不见图片的人：图上是什么。', 'label': '图片的文字说明', 'max_length': 200}), 19: ('wagtail.blocks.CharBlock', (), {'label': '图注', 'max_length': 200, 'required': False}), 20: ('wagtail.blocks.StructBlock', [[('image', 17), ('alt', 18), ('caption', 19)]], {'icon': 'image', 'label': '图片'})}, verbose_name='正文')),
                ('number', models.CharField(blank=True, help_text='照原文写，例：国办发〔2016〕98号', max_length=100, verbose_name='文号')),
                ('organ', models.CharField(max_length=200, verbose_name='发布机关')),
                ('issued_on', models.DateField(verbose_name='发布日期')),
                ('in_force_on', models.DateField(blank=True, null=True, verbose_name='施行日期')),
                ('ended_on', models.DateField(blank=True, help_text='自这一天起不再施行；仍在施行的不填。', null=True, verbose_name='失效日期')),
                ('link', models.URLField(blank=True, verbose_name='原文网址')),
            ],
            options={
                'verbose_name': '政策法规',
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gt', models.F('issued_on')), _connector='OR'), name='policy_days_ordered')],
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='ReviewTask',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
                ('groups', models.ManyToManyField(help_text='Pages/snippets at this step in a workflow will be moderated or approved by these groups of users', to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': '由另一名工作人员审核',
            },
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='SectionPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('summary', models.TextField(help_text='两三句话说清楚这一页讲什么，也用于列表和搜索。', max_length=300, verbose_name='摘要')),
                ('summary_en', models.TextField(blank=True, help_text='One or two sentences in English.', max_length=600, verbose_name='英文摘要')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('text', 1), ('points', 3), ('steps', 7), ('source', 12), ('link', 16), ('picture', 20)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': '小标题', 'max_length': 80}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': '空一行就是另一段。', 'icon': 'pilcrow', 'label': '段落', 'max_length': 5000}), 2: ('wagtail.blocks.CharBlock', (), {'label': '一项', 'max_length': 300}), 3: ('wagtail.blocks.ListBlock', (2,), {'icon': 'list-ul', 'label': '列表'}), 4: ('wagtail.blocks.CharBlock', (), {'label': '这一步做什么', 'max_length': 60}), 5: ('wagtail.blocks.TextBlock', (), {'label': '怎样做', 'max_length': 1000}), 6: ('wagtail.blocks.StructBlock', [[('title', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'icon': 'list-ol', 'label': '分步办理'}), 8: ('wagtail.blocks.CharBlock', (), {'help_text': '全称，不加书名号。', 'label': '法律、文件名称', 'max_length': 200}), 9: ('wagtail.blocks.CharBlock', (), {'help_text': '例：第二十五条第一款', 'label': '条款', 'max_length': 60, 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': '要点或者原文', 'max_length': 1000, 'required': False}), 11: ('wagtail.blocks.URLBlock', (), {'label': '原文网址', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('law', 8), ('article', 9), ('says', 10), ('link', 11)]], {'icon': 'doc-full', 'label': '依据'}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '写明去哪里，不写“点击这里”。', 'label': '文字', 'max_length': 100}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': '本网站的网页', 'required': False}), 15: ('wagtail.blocks.RegexBlock', ('^(/|https://)[^\\s<>\\"]*$',), {'error_messages': {'invalid': '网址以 / 或者 https:// 开头，中间没有空格。'}, 'help_text': '本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。', 'label': '或者网址', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('label', 13), ('page', 14), ('address', 15)]], {'icon': 'link', 'label': '链接'}), 17: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 18: ('wagtail.blocks.CharBlock', (), {'help_text': '给看不见图片的人：图上是什么。', 'label': '图片的文字说明', 'max_length': 200}), 19: ('wagtail.blocks.CharBlock', (), {'label': '图注', 'max_length': 200, 'required': False}), 20: ('wagtail.blocks.StructBlock', [[('image', 17), ('alt', 18), ('caption', 19)]], {'icon': 'image', 'label': '图片'})}, verbose_name='正文')),
                ('holds', models.CharField(choices=[('news', '动态'), ('policy', '政策法规'), ('guide', '办事指南'), ('case', '典型案例')], max_length=8, verbose_name='收哪一类网页')),
            ],
            options={
                'verbose_name': '栏目',
                'constraints': [models.CheckConstraint(condition=models.Q(('holds__in', ('news', 'policy', 'guide', 'case'))), name='section_holds_known')],
            },
            bases=('wagtailcore.page',),
        ),
    ]
