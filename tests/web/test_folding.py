"""Tables that fold on a phone: what each cell is called there, and that the table stays one."""

from django.template import Context, Template

from tongxin.web.folding import folded

HEAD = (
    '<thead><tr><th scope="col">名称</th><th scope="col" class="r">人数</th>'
    '<th scope="col"><span class="visually-hidden">操作</span></th></tr></thead>'
)


def test_each_cell_bears_its_columns_heading() -> None:
    row = '<tbody><tr><th scope="row">甲</th><td class="r">3</td><td><a href="/">看</a></td></tr></tbody>'
    assert folded(f"<table>{HEAD}{row}</table>") == (
        '<table role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">名称</th>'
        '<th scope="col" class="r" role="columnheader">人数</th>'
        '<th scope="col" role="columnheader"><span class="visually-hidden">操作</span></th></tr></thead>'
        '<tbody role="rowgroup"><tr role="row"><th scope="row" role="rowheader">甲</th>'
        '<td class="r" role="cell" data-label="人数">3</td><td role="cell"><a href="/">看</a></td></tr></tbody></table>'
    )


def test_cells_that_reach_over_columns_or_rows_leave_the_others_their_headings() -> None:
    head = '<thead><tr><th scope="col">甲</th><th scope="col">乙</th><th scope="col">丙</th></tr></thead>'
    first = '<tr><td rowspan="2">1</td><td colspan="2">2</td></tr>'
    second = "<tr><td>3</td><td>4</td></tr>"
    page = folded(f"<table>{head}<tbody>{first}{second}<tr><td>5</td></tr></tbody></table>")
    assert page.partition("<tbody")[2].count("data-label") == 4
    assert '<td rowspan="2" role="cell" data-label="甲">1</td><td colspan="2" role="cell">2</td>' in page
    assert '<td role="cell" data-label="乙">3</td><td role="cell" data-label="丙">4</td>' in page
    assert '<td role="cell" data-label="甲">5</td>' in page


def test_heading_over_two_columns_names_both() -> None:
    page = folded('<thead><tr><th scope="col" colspan="2">期</th></tr></thead><tr><td>1</td><td>2</td></tr>')
    assert page.count('data-label="期"') == 2


def test_marks_in_a_heading_cannot_leave_the_attribute() -> None:
    page = folded('<thead><tr><th scope="col"><b>甲</b> "乙" &lt;丙></th></tr></thead><tr><td>1</td></tr>')
    assert 'data-label="甲 &quot;乙&quot; &lt;丙>"' in page


def test_label_written_by_hand_is_kept() -> None:
    page = folded('<thead><tr><th scope="col">甲</th></tr></thead><tr><td data-label="乙">1</td></tr>')
    assert page.endswith('<tr role="row"><td data-label="乙" role="cell">1</td></tr>')


def test_tag_folds_what_the_template_drew() -> None:
    drawn = Template(
        "{% folds %}<table><thead><tr><th scope='col'>{{ h }}</th></tr></thead><tr><td>{{ v }}</td></tr></table>{% endfolds %}"
    )
    page = drawn.render(Context({"h": "甲<", "v": "<i>"}))
    assert page.endswith('<td role="cell" data-label="甲&lt;">&lt;i&gt;</td></tr></table>')
