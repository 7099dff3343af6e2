import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UndoRecord } from '../../src/core/event.ts';
import { type Deed, type Holding, HoldingBook } from '../../src/core/holdings.ts';

const things = (names: string) => [...names].map((name) => ({ kind: 'thing', name }));
const undoOf = (place: string, more: Partial<UndoRecord> = {}): UndoRecord => ({
  action: { run: ['remove', place] },
  absent: [],
  ...more,
});

/** What a step `a` made: a letter for each thing. */
const made = (names: string, seq: number, more: Partial<Holding> = {}): Holding => ({
  ...{ address: 'a', created: things(names), undo: undoOf(names), fingerprint: names, run: 'r', seq, at: 1000 + seq },
  ...more,
});

const nameless = (place: string, seq: number, more: Partial<Holding> = {}): Holding =>
  made('', seq, { undo: undoOf(place), fingerprint: place, ...more });

const bookOf = (...holdings: readonly Holding[]): HoldingBook => {
  const book = new HoldingBook();
  for (const each of holdings) book.add(each);
  return book;
};

/** `AB@3`: its things and its place; `~` for one the step has made something else since. */
const told = (book: HoldingBook): readonly string[] =>
  book.all.map(
    ({ created, seq, earlier }) => `${created.map(({ name }) => name).join('')}@${seq}${earlier ? '~' : ''}`,
  );

const places = (book: HoldingBook): readonly string[] =>
  book.all.map(({ undo, seq }) => `${(undo?.action['run'] as string[] | undefined)?.[1]}@${seq}`);

describe('what a step holds', () => {
  it('is one record as long as it makes the same, with the place of the first and the undo of the last', () => {
    const book = bookOf(made('AB', 2), made('BA', 7, { undo: undoOf('better') }));
    expect(told(book)).toEqual(['BA@2']);
    expect(book.all[0]?.undo).toEqual(undoOf('better'));
  });

  it('and no longer makes stays as it was recorded, with the undo of then', () => {
    const book = bookOf(made('AB', 2), made('BC', 5));
    expect(told(book)).toEqual(['A@2~', 'BC@2']);
    expect(places(book)).toEqual(['AB@2', 'BC@2']);
    expect(told(bookOf(made('A', 2), made('B', 5)))).toEqual(['A@2~', 'B@5']);
  });

  it('is told apart by what it is within', () => {
    const within = (name: string, seq: number) => made('', seq, { created: [{ kind: 'x', name: 'x', within: name }] });
    expect(bookOf(within('one', 2), within('two', 3)).all).toHaveLength(2);
  });

  it('does not add up when it is changed back and forth', () => {
    const there = ['A', 'B', 'A', 'B', 'A'].map((names, index) => made(names, index + 2));
    expect(told(bookOf(...there))).toEqual(['B@3~', 'A@2']);
    const nowhere = ['/a', '/b', '/a', '/b', '/a'].map((place, index) => nameless(place, index + 2));
    expect(places(bookOf(...nowhere))).toEqual(['/b@3', '/a@2']);
  });

  it('without a name is another thing when another definition has another undo', () => {
    expect(places(bookOf(nameless('/a', 2), nameless('/b', 5)))).toEqual(['/a@2', '/b@5']);
    const old = nameless('/a', 2);
    const { fingerprint: _, ...unknown } = old;
    expect(places(bookOf(unknown, nameless('/b', 5)))).toEqual(['/a@2', '/b@5']);
  });

  it('without a name is the same when only its undo was mended, or only the definition changed', () => {
    expect(places(bookOf(nameless('/a', 2), nameless('/a -f', 5, { fingerprint: '/a' })))).toEqual(['/a -f@2']);
    expect(places(bookOf(nameless('/a', 2), nameless('/a', 5, { fingerprint: 'g' })))).toEqual(['/a@2']);
  });

  it('without a name is the same when its undo differs in time limits, words, or the name of a secret', () => {
    const absent = (more: object) => [{ kind: 'file', input: { path: '/a' }, timeoutMs: 1, ...more }];
    const one: UndoRecord = {
      action: { run: ['rm', '***{token}'], secrets: { token: { env: 'TOKEN' } } },
      absent: absent({ withinMs: 5, name: 'gone' }),
      timeoutMs: 1000,
    };
    const other: UndoRecord = {
      action: { run: ['rm', '***{inputs.token}'], secrets: { 'inputs.token': { input: 'token' } } },
      absent: absent({ withinMs: 9, message: 'it is there', timeoutMs: 7 }),
    };
    expect(bookOf(nameless('', 2, { undo: one }), nameless('', 3, { undo: other, fingerprint: 'g' })).all).toEqual([
      nameless('', 2, { at: 1002, undo: other, fingerprint: 'g' }),
    ]);
  });

  it('without a name is the same when the same proof tells that it is gone, in the same place', () => {
    const proved = (place: string, path: string, on: string): UndoRecord =>
      undoOf(place, { action: { run: ['rm', place], on }, absent: [{ kind: 'file', input: { path } }] });
    const recordsWith = (undo: UndoRecord) =>
      bookOf(nameless('', 2, { undo: proved('/a', '/x', 'one') }), nameless('/b', 3, { undo })).all.length;
    expect(recordsWith(proved('/b', '/x', 'one'))).toBe(1);
    expect(recordsWith(proved('/b', '/y', 'one'))).toBe(2);
    expect(recordsWith(proved('/b', '/x', 'two'))).toBe(2);
  });

  it('is given up record by record', () => {
    const book = bookOf(made('A', 2), made('B', 5));
    book.remove({ address: 'a', created: things('A') });
    expect(told(book)).toEqual(['B@5']);
    const other = bookOf(nameless('/a', 2), nameless('/b', 5));
    other.remove({ address: 'a', created: [], made: { run: 'r', seq: 5 } });
    expect(places(other)).toEqual(['/a@2']);
    const old = bookOf(nameless('/a', 2), nameless('/b', 5));
    old.remove({ address: 'a', created: [] });
    expect(old.all).toEqual([]);
  });

  it('rests on what it rested on by way of what is gone, and on steps as they are called now', () => {
    const resting = (address: string, seq: number, needs: readonly string[]) =>
      made(address, seq, { address, created: things(address), needs });
    const book = bookOf(
      ...[made('A', 1), resting('b', 2, ['a']), resting('c[x]', 3, ['b']), resting('d', 4, ['b', 'c'])],
    );
    const needs = () => Object.fromEntries(book.all.map((each) => [each.address, each.needs]));
    book.remove({ address: 'b', created: things('b') });
    expect(needs()).toEqual({ a: undefined, 'c[x]': ['b', 'a'], d: ['b', 'c', 'a'] });
    book.rename(new Map([['c', 'e']]));
    expect(needs()).toEqual({ a: undefined, 'e[x]': ['b', 'a'], d: ['b', 'e', 'a'] });
  });

  it('goes on under another address, also when that has something already', () => {
    const book = bookOf(made('AB', 2), made('BC', 5, { address: 'b' }));
    book.rename(new Map([['a', 'b']]));
    expect(told(book)).toEqual(['A@2~', 'BC@2']);
    expect(book.all.every(({ address }) => address === 'b')).toBe(true);
  });
});

const names = fc.subarray(['A', 'B', 'C', 'D'], { minLength: 1 }).map((all) => all.join(''));
const deeds: fc.Arbitrary<readonly Deed[]> = fc
  .array(fc.tuple(fc.constantFrom('a', 'b'), names, fc.boolean()), { maxLength: 14 })
  .map((all) =>
    all.map(([address, each, isMade], index) =>
      isMade
        ? { type: 'made', holding: made(each, index + 1, { address }) }
        : { type: 'undone', address, created: things(each) },
    ),
  );

const replay = (before: readonly Holding[], all: readonly Deed[]): readonly Holding[] => {
  const book = new HoldingBook(before);
  for (const each of all) book.do(each);
  return book.all;
};

/** By thing: the undo it was told of with last. */
const heldAfter = (all: readonly Deed[]): ReadonlyMap<string, unknown> => {
  const held = new Map<string, unknown>();
  for (const deed of all) {
    const { address, created } = deed.type === 'made' ? deed.holding : deed;
    for (const key of created.map(({ name }) => `${address} ${name}`))
      if (deed.type === 'made') held.set(key, deed.holding.undo);
      else held.delete(key);
  }
  return held;
};

/** A story of places that are made, or undone while they are held. */
const toldOf = (moves: readonly (readonly [place: string, isMade: boolean])[]) => {
  const book = new HoldingBook();
  const story: Deed[] = [];
  const held = new Set<string>();
  for (const [index, [place, isMade]] of moves.entries()) {
    const there = book.all.find(({ fingerprint }) => fingerprint === place);
    if (isMade) story.push({ type: 'made', holding: nameless(place, index + 1) });
    else if (there) story.push({ type: 'undone', address: 'a', created: [], made: { run: 'r', seq: there.seq } });
    else continue;
    for (const deed of story.slice(-1)) book.do(deed);
    held[isMade ? 'add' : 'delete'](place);
  }
  return { book, story, held };
};

describe('whatever is made and undone', () => {
  it('each thing that was made and not undone since is held just once, by the record that told of it last', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const held = heldAfter(all);
        const found = replay([], all).flatMap(({ address, created, undo }) =>
          created.map(({ name }) => [`${address} ${name}`, undo] as const),
        );
        expect(found).toHaveLength(held.size);
        expect(new Map(found)).toEqual(held);
      }),
    );
  });

  it('a record without names is held until it is the one undone, also when all is told again', () => {
    const moves = fc.array(fc.tuple(fc.constantFrom('/a', '/b', '/c'), fc.boolean()), { maxLength: 14 });
    fc.assert(
      fc.property(moves, (all) => {
        const { book, story, held } = toldOf(all);
        const found = (holdings: readonly Holding[]) => holdings.map(({ fingerprint }) => fingerprint).toSorted();
        expect(found(book.all)).toEqual([...held].toSorted());
        expect(found(replay(book.all, story))).toEqual(found(book.all));
      }),
    );
  });

  it('telling it again, or from any point on, comes to the same things', () => {
    const what = (holdings: readonly Holding[]) =>
      new Set(
        holdings.flatMap(({ address, created, undo }) =>
          created.map(({ name }) => JSON.stringify([address, name, undo])),
        ),
      );
    fc.assert(
      fc.property(deeds, deeds, fc.nat(20), (earlier, all, cut) => {
        const before = replay([], earlier).map((each) => ({ ...each, run: 'before', at: each.at - 500 }));
        const whole = replay(before, all);
        expect(what(replay(replay(before, all.slice(0, cut)), all))).toEqual(what(whole));
        expect(what(replay(whole, all))).toEqual(what(whole));
      }),
    );
  });
});
