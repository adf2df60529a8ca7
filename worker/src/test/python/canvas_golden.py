"""Writes what Celery's worker makes of every shape of canvas: python canvas_golden.py FOLDER (Celery 5.7).

No broker and no Redis: messages and what is told to the result backend are noted instead. Each file has the embed of a
message as a client sends it (`input`) and what follows when it has run (`expected`).
"""
import json
import sys
import uuid

from celery import Celery, chain, chord, group, signature
from celery.app.trace import build_tracer
from celery.backends.base import BaseBackend
from celery.exceptions import ChordError
from celery.result import GroupResult
from kombu.utils.json import dumps

NOTED = {}


def clear():
    NOTED.update(messages=[], sizes=[], saved=[], stored=[], parts=[], added=[], children=None)


class Noting(BaseBackend):
    def store_result(self, task_id, result, state, traceback=None, request=None, **kwargs):
        if request is not None and getattr(request, 'children', None) is not None:
            children = [child.as_tuple() for child in request.children]
            if task_id == getattr(request, 'id', None) and children:
                NOTED['children'] = children
        NOTED['stored'].append([task_id, state])
        return result

    def get_state(self, task_id):
        return 'PENDING'

    def set_chord_size(self, group_id, chord_size):
        NOTED['sizes'].append([group_id, chord_size])

    def apply_chord(self, header_result_args, body, **kwargs):
        header = GroupResult(*header_result_args)
        if any(isinstance(result, GroupResult) for result in header.results):
            NOTED['saved'].append([header.id, header.as_tuple()])

    def add_to_chord(self, chord_id, result):
        NOTED['added'].append([chord_id, result.id])

    def on_chord_part_return(self, request, state, result, **kwargs):
        if request.group and request.id:
            NOTED['parts'].append([request.group, request.id, request.group_index, state])

    def ensure_chords_allowed(self):
        pass


app = Celery('canvas', broker='memory://', set_as_current=True)
app.conf.update(result_backend='disabled://')
noting = Noting(app)
app._local.backend = noting
app.__class__.backend = property(lambda self: noting)


def send(producer, name, message, **options):
    args, kwargs, embed = json.loads(dumps(message.body))
    NOTED['messages'].append({
        'task': message.headers['task'],
        'headers': {key: message.headers[key] for key in (
            'id', 'root_id', 'parent_id', 'group', 'group_index', 'replaced_task_nesting', 'ignore_result')},
        'stamps': json.loads(dumps(message.headers['stamps'])),
        'priority': options.get('priority'),
        'reply_to': message.properties['reply_to'],
        'args': args, 'kwargs': kwargs, 'embed': embed})


app.amqp.__dict__['send_task_message'] = send


def nothing(x):
    """Takes one argument: as an errback it is published."""


for name in ('add', 'mul', 'total', 'note'):
    app.task(name='t.' + name, typing=False)(nothing)
add, mul, total, note = (app.tasks['t.' + name] for name in ('add', 'mul', 'total', 'note'))


@app.task(name='t.run', bind=True)
def run(self, mode, canvas=None):
    if mode == 'fail':
        raise ValueError('no')
    if mode == 'replace':
        return self.replace(signature(canvas, app=app))
    if mode == 'add':
        self.add_to_chord(signature(canvas, app=app))
    return 5


def sent(canvas, **options):
    """The embeds of what a client sends."""
    clear()
    canvas.apply_async(**options)
    return NOTED['messages']


def link(*callbacks):
    return {'callbacks': list(callbacks)}


def errback(*errbacks):
    return {'errbacks': list(errbacks)}


def first(canvas):
    message = sent(canvas)[0]
    return dict(message['embed'], id=message['headers']['id'], root_id=message['headers']['root_id'],
                group=message['headers']['group'], group_index=message['headers']['group_index'])


def s(*args):
    return add.s(*args)


def pair(*args):
    return group(add.s(1), mul.s(2))


def err():
    return note.s('failed')


SUCCESS = {
    'link_task': lambda: link(s(1)),
    'link_immutable': lambda: link(add.si(1, 2)),
    'link_two': lambda: link(s(1), mul.s(2)),
    'link_group': lambda: link(pair()),
    'link_group_and_tasks': lambda: link(pair(), s(3), s(4)),
    'link_nested_group': lambda: link(group(s(1), group(s(2), s(3)), s(4))),
    'link_chain': lambda: link(chain(s(1), mul.s(2), s(3))),
    'link_chain_with_links': lambda: link(chain(s(1), mul.s(2)).set(link=[note.s('done')], link_error=[err()])),
    'link_chain_ending_in_group': lambda: link(chain(s(1), pair())),
    'link_chain_with_group': lambda: link(chain(s(1), pair(), total.s())),
    'link_chain_of_chords': lambda: link(chain(s(1), pair(), total.s(), pair(), total.s())),
    'link_chord': lambda: link(chord([s(1), s(2)], total.s())),
    'link_chord_body_chain': lambda: link(chord([s(1), s(2)], chain(total.s(), mul.s(3)))),
    'link_chord_body_group': lambda: link(chord([s(1), s(2)], pair())),
    'link_chord_of_chords': lambda: link(chord([chord([s(1), s(2)], total.s()), s(3)], total.s())),
    'link_chord_of_chains': lambda: link(chord([chain(s(1), s(2)), chain(s(3), pair())], total.s())),
    'link_chord_of_groups': lambda: link(chord([group(s(1), s(2)), s(3)], total.s())),
    'link_chord_of_one': lambda: link(chord([s(1)], total.s())),
    'link_chord_empty': lambda: link(chord([], total.s())),
    'link_chord_three_deep': lambda: link(chord([chord([chord([s(1), s(2)], total.s()), s(3)], total.s()), s(4)], total.s())),
    'link_chord_with_links': lambda: link(chord([s(1), s(2)], total.s()).set(link=[note.s('ok')], link_error=[err()])),
    'link_chunks': lambda: link(add.chunks([(1, 2), (3, 4), (5, 6)], 2)),
    'link_map': lambda: link(add.map([1, 2])),
    'link_starmap': lambda: link(add.starmap([(1, 2)])),
    'link_group_of_one_chain': lambda: link(group(chain(s(1), pair()))),
    'link_group_of_chains_of_chords': lambda: link(group(
        chain(s(1), pair(), total.s(), s(9)), chain(chord([s(2), s(3)], total.s()), pair()))),
    'link_priority': lambda: link(s(1).set(priority=3)),
    'link_stamped': lambda: link(stamped(chain(s(1), pair(), total.s()))),
    'chain_rest': lambda: first(chain(s(0, 0), s(1), mul.s(2))),
    'chain_group_tail': lambda: first(chain(s(0, 0), pair())),
    'chain_group_middle': lambda: first(chain(s(0, 0), pair(), total.s(), s(7))),
    'chain_chord_chain_body': lambda: first(chain(s(0, 0), chord([s(1), s(2)], chain(total.s(), mul.s(3))), s(8))),
    'chain_two_chords': lambda: first(chain(s(0, 0), pair(), total.s(), pair(), total.s())),
    'chain_nested': lambda: first(chain(s(0, 0), chain(s(1), chain(s(2), s(3))), s(4))),
    'chain_chord_nested': lambda: first(chain(s(0, 0), chord([chord([s(1), s(2)], total.s()), s(3)], total.s()), s(4))),
    'chain_chord_body_group_tail': lambda: first(chain(s(0, 0), chord([s(1), s(2)], group(total.s(), note.s())))),
    'chain_in_group': lambda: first(group(chain(s(0, 0), pair(), total.s()), s(1, 1))),
    'chain_in_chord': lambda: first(chord([chain(s(0, 0), s(1)), s(2, 2)], total.s())),
    'chain_group_in_chord': lambda: first(chord([chain(s(0, 0), pair()), s(2, 2)], total.s())),
    'chain_chord_in_chord': lambda: first(chord([chain(s(0, 0), pair(), total.s()), s(2, 2)], total.s())),
    'chain_with_link': lambda: first(chain(s(0, 0), pair(), total.s()).set(link=[note.s('done')], link_error=[err()])),
    'chain_of_sets': lambda: first(chain(s(0, 0), s(1).set(countdown=None, queue='other'), mul.si(1, 2))),
}


INHERITING = {
    'inherit_link': lambda: link(s(1).set(priority=3)),
    'inherit_chain': lambda: first(chain(s(0, 0), pair(), total.s().set(priority=2), s(7))),
    'inherit_group_and_tasks': lambda: link(pair(), s(3), s(4).set(priority=1)),
}


def stamped(canvas):
    canvas.stamp(order='o-1')
    return canvas


# chord bodies: the first message of a chord, whose body is called
BODIES = {
    'body_task': lambda: chord([s(0, 0), s(1, 1)], total.s()),
    'body_chain': lambda: chord([s(0, 0), s(1, 1)], chain(total.s(), mul.s(2), s(3))),
    'body_group': lambda: chord([s(0, 0), s(1, 1)], group(total.s(), note.s())),
    'body_chord': lambda: chord([s(0, 0), s(1, 1)], chord([total.s(), note.s()], total.s())),
    'body_chain_of_chords': lambda: chord([s(0, 0), s(1, 1)], chain(total.s(), pair(), total.s(), pair(), total.s())),
    'body_chain_group_tail': lambda: chord([s(0, 0), s(1, 1)], chain(total.s(), pair())),
    'body_in_chain': lambda: chain(group(s(0, 0), s(1, 1)), total.s(), mul.s(4)),
    'body_chord_then_chord': lambda: chain(group(s(0, 0), s(1, 1)), group(total.s(), note.s()), total.s(), s(6)),
    'body_of_inner_chord': lambda: chord([chord([s(0, 0), s(1, 1)], total.s()), s(2, 2)], note.s()),
    'body_chain_of_inner_chord': lambda: chord([chord([s(0, 0), s(1, 1)], chain(total.s(), s(5))), s(2, 2)], note.s()),
    'body_group_of_inner_chord': lambda: chord([chord([s(0, 0), s(1, 1)], group(total.s(), note.s())), s(2, 2)], note.s()),
    'body_with_links': lambda: chord([s(0, 0), s(1, 1)], total.s().set(link=[note.s('x')], link_error=[err()])),
    'body_chain_with_errback': lambda: with_errback(chord([s(0, 0), s(1, 1)], chain(total.s(), mul.s(2)))),
    'body_group_with_errback': lambda: with_errback(chord([s(0, 0), s(1, 1)], group(total.s(), note.s()))),
    'body_immutable': lambda: chord([s(0, 0), s(1, 1)], total.si([1])),
}


def with_errback(canvas):
    canvas.link_error(err())
    return canvas


FAILURES = {
    'fail_errbacks': lambda: errback(err(), note.si('x')),
    'fail_errback_group': lambda: errback(group(err(), note.s('y'))),
    'fail_chain': lambda: first(chain(s(0, 0), s(1), mul.s(2))),
    'fail_chain_chord': lambda: first(chain(s(0, 0), chord([s(1), s(2)], total.s()), s(9))),
    'fail_chain_in_chord': lambda: first(chord([chain(s(0, 0), s(1)), s(2, 2)], total.s())),
    'fail_part': lambda: first(chord([s(0, 0), s(2, 2)], total.s())),
    'fail_chain_errback': lambda: first(chain(s(0, 0), s(1)).on_error(err())),
}
REPLACEMENTS = {
    'replace_task': (lambda: {}, lambda: s(1, 1)),
    'replace_chain': (lambda: {}, lambda: chain(s(1, 1), mul.s(2))),
    'replace_group': (lambda: {}, lambda: group(s(1, 1), mul.s(2, 2))),
    'replace_chord': (lambda: {}, lambda: chord([s(1, 1), s(2, 2)], total.s())),
    'replace_chain_ending_in_group': (lambda: {}, lambda: chain(s(1, 1), pair())),
    'replace_linked_by_chain': (lambda: dict(link(note.s('l')), **errback(err())), lambda: chain(s(1, 1), mul.s(2))),
    'replace_linked_by_group': (lambda: dict(link(note.s('l')), **errback(err())), lambda: group(s(1, 1), mul.s(2, 2))),
    'replace_in_chain_by_task': (lambda: first(chain(s(0, 0), s(1), mul.s(2))), lambda: s(1, 1)),
    'replace_in_chain_by_chain': (lambda: first(chain(s(0, 0), s(1), mul.s(2))), lambda: chain(s(1, 1), mul.s(3))),
    'replace_in_chain_by_group': (lambda: first(chain(s(0, 0), s(1), mul.s(2))), lambda: group(s(1, 1), mul.s(2, 2))),
    'replace_in_chain_by_chord': (lambda: first(chain(s(0, 0), s(1))), lambda: chord([s(1, 1), s(2, 2)], total.s())),
    'replace_in_chain_before_group': (lambda: first(chain(s(0, 0), pair(), total.s())), lambda: chain(s(1, 1), mul.s(3))),
    'replace_in_chord_by_task': (lambda: first(chord([s(0, 0), s(2, 2)], note.s())), lambda: s(1, 1)),
    'replace_in_chord_by_chain': (lambda: first(chord([s(0, 0), s(2, 2)], note.s())), lambda: chain(s(1, 1), mul.s(2))),
    'replace_in_chord_by_group': (lambda: first(chord([s(0, 0), s(2, 2)], note.s())), lambda: group(s(1, 1), mul.s(2, 2))),
    'replace_in_chord_by_chord': (lambda: first(chord([s(0, 0), s(2, 2)], note.s())), lambda: chord([s(1, 1)] * 2, total.s())),
    'replace_in_group_by_chain': (lambda: first(group(s(0, 0), s(2, 2))), lambda: chain(s(1, 1), mul.s(2))),
}
ADDITIONS = {
    'add_task': (lambda: first(chord([s(0, 0), s(2, 2)], note.s())), lambda: s(1, 1)),
}


def plain(value):
    return json.loads(dumps(value))


def given(embed):
    embed = plain(embed)
    own = str(uuid.uuid4())
    return {
        'id': embed.pop('id', own), 'root_id': embed.pop('root_id', None) or own, 'group': embed.pop('group', None),
        'group_index': embed.pop('group_index', None),
        'embed': {key: embed.get(key) for key in ('callbacks', 'errbacks', 'chain', 'chord')}}


def request(message, priority=0):
    embed = plain(message['embed'])
    return {
        'id': message['id'], 'root_id': message['root_id'], 'task': 't.run', 'group': message['group'],
        'group_index': message['group_index'], 'args': [], 'kwargs': {}, 'hostname': 'w', 'retries': 0,
        'delivery_info': {'priority': priority}, 'is_eager': False, 'called_directly': False,
        'replaced_task_nesting': 0,
        'callbacks': embed['callbacks'], 'errbacks': embed['errbacks'], 'chain': embed['chain'], 'chord': embed['chord']}


def run_task(message, *args, priority=0):
    clear()
    build_tracer('t.run', run, app=app)(message['id'], args, {}, request(message, priority))
    return plain(NOTED)


def run_body(message, failing):
    clear()
    run.push_request(**request(message))
    from celery._state import _task_stack
    _task_stack.push(run)
    try:
        body = signature(plain(message['embed']['chord']), app=app)
        if failing:
            try:
                raise ChordError('Dependency x raised ValueError()')
            except ChordError as error:
                noting.chord_error_from_stack(body, error)
        else:
            body.delay([1, 2])
    finally:
        _task_stack.pop()
        run.pop_request()
    return plain(NOTED)


def write(folder, name, kind, message, expected, canvas=None):
    with open(f'{folder}/{name}.json', 'w') as file:
        json.dump({'kind': kind, 'input': message, 'canvas': canvas, 'expected': expected}, file)
        file.write('\n')


def main(folder):
    for name, build in SUCCESS.items():
        message = given(build())
        write(folder, name, 'success', message, run_task(message, 'succeed'))
    app.conf.task_inherit_parent_priority = True
    for name, build in INHERITING.items():
        message = given(build())
        write(folder, name, 'inherit', message, run_task(message, 'succeed', priority=7))
    app.conf.task_inherit_parent_priority = False
    for name, build in BODIES.items():
        message = given(first(build()))
        write(folder, name, 'body', message, run_body(message, False))
        write(folder, 'failed_' + name, 'failed_body', message, run_body(message, True))
    for name, build in FAILURES.items():
        message = given(build())
        write(folder, name, 'failure', message, run_task(message, 'fail'))
    for kind, cases in (('replace', REPLACEMENTS), ('add', ADDITIONS)):
        for name, (build, canvas) in cases.items():
            message, signature_ = given(build()), plain(canvas())
            write(folder, name, kind, message, run_task(message, kind, plain(signature_)), signature_)


if __name__ == '__main__':
    main(sys.argv[1])
