/**
 * Holds a zod schema against a TypeScript type and lists where they differ: fields only one of them has, fields required by one and optional
 * for the other, different literals. Both sides are first brought into one form, a set of alternatives. Bounds and patterns are not looked
 * at: types cannot express them.
 */
import ts from 'typescript';
import { z } from 'zod';

interface Field<Source> {
  readonly optional: boolean;
  readonly value: Source;
}

interface Alternatives<Source> {
  /** `true` for any string, else the literals. */
  strings: true | Set<string>;
  number: boolean;
  boolean: boolean;
  null: boolean;
  unknown: boolean;
  readonly arrays: Source[];
  readonly records: Source[];
  readonly objects: Map<string, Field<Source>>[];
}

const empty = <Source>(): Alternatives<Source> => ({
  strings: new Set(),
  number: false,
  boolean: false,
  null: false,
  unknown: false,
  arrays: [],
  records: [],
  objects: [],
});

function addZod(schema: z.core.$ZodType, into: Alternatives<z.core.$ZodType>): void {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) return addZod(schema.def.innerType, into);
  if (schema instanceof z.ZodLazy) return addZod(schema.def.getter(), into);
  if (schema instanceof z.ZodNullable) {
    into.null = true;
    return addZod(schema.def.innerType, into);
  }
  if (schema instanceof z.ZodUnion) {
    for (const option of schema.def.options) addZod(option, into);
  } else if (schema instanceof z.ZodObject) {
    const fields = new Map<string, Field<z.core.$ZodType>>();
    for (const [name, value] of Object.entries(schema.def.shape)) {
      fields.set(name, { optional: value instanceof z.ZodOptional, value });
    }
    into.objects.push(fields);
  } else if (schema instanceof z.ZodArray) into.arrays.push(schema.def.element);
  else if (schema instanceof z.ZodTuple) into.arrays.push(...schema.def.items);
  else if (schema instanceof z.ZodRecord) into.records.push(schema.def.valueType);
  else if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const values = schema instanceof z.ZodEnum ? schema.options : schema.def.values;
    for (const value of values) {
      if (value === null) into.null = true;
      else if (typeof value === 'boolean') into.boolean = true;
      else if (typeof value === 'number') into.number = true;
      else if (into.strings !== true) into.strings.add(String(value));
    }
  } else if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) into.strings = true;
  else if (schema instanceof z.ZodNumber) into.number = true;
  else if (schema instanceof z.ZodBoolean) into.boolean = true;
  else if (schema instanceof z.ZodNull) into.null = true;
  else if (schema instanceof z.ZodUnknown) into.unknown = true;
  else throw new Error(`no rule for zod's ${schema.constructor.name}`);
}

function addType(type: ts.Type, checker: ts.TypeChecker, into: Alternatives<ts.Type>): void {
  const { flags } = type;
  if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Never)) return;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) into.unknown = true;
  else if (flags & ts.TypeFlags.Null) into.null = true;
  else if (type.isStringLiteral()) {
    if (into.strings !== true) into.strings.add(type.value);
  } else if (flags & ts.TypeFlags.String) into.strings = true;
  else if (flags & ts.TypeFlags.NumberLike) into.number = true;
  else if (flags & ts.TypeFlags.BooleanLike) into.boolean = true;
  else if (type.isUnion()) for (const part of type.types) addType(part, checker, into);
  else if (type.isIntersection() && type.types.some((part) => part.flags & ts.TypeFlags.String)) into.strings = true;
  // On the wire bytes are base64 text and times are text or numbers.
  else if (type.symbol?.name === 'Uint8Array' || type.symbol?.name === 'Date') into.strings = true;
  else if (checker.isArrayType(type) || checker.isTupleType(type)) into.arrays.push(...checker.getTypeArguments(type as ts.TypeReference));
  else {
    const index = checker.getIndexInfosOfType(type)[0];
    const fields = new Map<string, Field<ts.Type>>();
    for (const property of checker.getPropertiesOfType(type)) {
      const value = checker.getTypeOfSymbol(property);
      const named = value.isUnion() ? value.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined)) : [value];
      const absent = named.every((part) => part.flags & (ts.TypeFlags.Never | ts.TypeFlags.Undefined));
      if (!absent) fields.set(property.name, { optional: (property.flags & ts.SymbolFlags.Optional) !== 0, value });
    }
    // The catch-all member of AWS unions.
    if (fields.size === 1 && fields.has('$unknown')) return;
    if (index !== undefined && fields.size === 0) into.records.push(index.type);
    else into.objects.push(fields);
  }
}

/** Literals of an object's fields: what tells the members of a union apart. */
function similarity<A, B>(
  one: Map<string, Field<A>>,
  other: Map<string, Field<B>>,
  literalsOfOne: (value: A) => true | Set<string>,
  literalsOfOther: (value: B) => true | Set<string>,
): number {
  let score = 0;
  for (const [name, field] of one) {
    const counterpart = other.get(name);
    if (counterpart === undefined) continue;
    score += 1;
    const [mine, theirs] = [literalsOfOne(field.value), literalsOfOther(counterpart.value)];
    if (mine === true || theirs === true || mine.size === 0 || theirs.size === 0) continue;
    score += [...mine].some((literal) => theirs.has(literal)) ? 50 : -50;
  }
  return score - Math.abs(one.size - other.size) / 100;
}

/** Compares a schema with a type; every difference is a sentence that begins with its path. */
export function compareSchema(schema: z.core.$ZodType, type: ts.Type, checker: ts.TypeChecker, root: string): string[] {
  const differences: string[] = [];
  const seen = new Map<z.core.$ZodType, Set<ts.Type>>();

  const zodAlternatives = (value: z.core.$ZodType): Alternatives<z.core.$ZodType> => {
    const found = empty<z.core.$ZodType>();
    addZod(value, found);
    return found;
  };
  const typeAlternatives = (value: ts.Type): Alternatives<ts.Type> => {
    const found = empty<ts.Type>();
    addType(value, checker, found);
    return found;
  };
  const zodLiterals = (value: z.core.$ZodType): true | Set<string> => zodAlternatives(value).strings;
  const typeLiterals = (value: ts.Type): true | Set<string> => typeAlternatives(value).strings;

  const compareObjects = (mine: Map<string, Field<z.core.$ZodType>>, theirs: Map<string, Field<ts.Type>>, path: string): void => {
    for (const [name, field] of theirs) {
      const own = mine.get(name);
      if (own === undefined) differences.push(`${path}.${name}: only in the type`);
      else {
        if (own.optional !== field.optional)
          differences.push(`${path}.${name}: ${own.optional ? 'optional' : 'required'} only in the schema`);
        compare(own.value, field.value, `${path}.${name}`);
      }
    }
    for (const name of mine.keys()) if (!theirs.has(name)) differences.push(`${path}.${name}: only in the schema`);
  };

  const compare = (mine: z.core.$ZodType, theirs: ts.Type, path: string): void => {
    const visited = seen.get(mine) ?? new Set();
    if (visited.has(theirs)) return;
    visited.add(theirs);
    seen.set(mine, visited);
    const a = zodAlternatives(mine);
    const b = typeAlternatives(theirs);
    if (a.unknown || b.unknown) {
      if (a.unknown !== b.unknown) differences.push(`${path}: anything goes only in the ${a.unknown ? 'schema' : 'type'}`);
      return;
    }
    for (const kind of ['number', 'boolean', 'null'] as const) {
      if (a[kind] !== b[kind]) differences.push(`${path}: ${kind} only in the ${a[kind] ? 'schema' : 'type'}`);
    }
    if (a.strings === true || b.strings === true) {
      if (a.strings !== b.strings) differences.push(`${path}: any string only in the ${a.strings === true ? 'schema' : 'type'}`);
    } else {
      for (const literal of b.strings) if (!a.strings.has(literal)) differences.push(`${path}: '${literal}' only in the type`);
      for (const literal of a.strings) if (!b.strings.has(literal)) differences.push(`${path}: '${literal}' only in the schema`);
    }
    const counts = (['arrays', 'records', 'objects'] as const).filter((kind) => a[kind].length > 0 !== b[kind].length > 0);
    for (const kind of counts) differences.push(`${path}: ${kind} only in the ${a[kind].length > 0 ? 'schema' : 'type'}`);
    if (a.arrays[0] !== undefined && b.arrays[0] !== undefined) compare(a.arrays[0], b.arrays[0], `${path}[]`);
    if (a.records[0] !== undefined && b.records[0] !== undefined) compare(a.records[0], b.records[0], `${path}{}`);
    if (a.objects.length === 0 || b.objects.length === 0) return;
    const matched = new Set<Map<string, Field<z.core.$ZodType>>>();
    for (const object of b.objects) {
      const best = [...a.objects].sort(
        (x, y) => similarity(y, object, zodLiterals, typeLiterals) - similarity(x, object, zodLiterals, typeLiterals),
      )[0];
      if (best === undefined) continue;
      matched.add(best);
      const label = [...object].map(([, field]) => typeLiterals(field.value)).find((literals) => literals !== true && literals.size === 1);
      const name = b.objects.length > 1 && label !== undefined && label !== true ? `<${[...label].join('|')}>` : '';
      const foreign = a.objects.length > 1 && similarity(best, object, zodLiterals, typeLiterals) < 0;
      if (foreign) differences.push(`${path}${name}: member only in the type`);
      else compareObjects(best, object, `${path}${name}`);
    }
    for (const object of a.objects) {
      if (!matched.has(object)) differences.push(`${path}: member only in the schema (${[...object.keys()].join(', ')})`);
    }
  };

  compare(schema, type, root);
  return [...new Set(differences)];
}

/** Loads the type of each member of an exported interface. */
export function loadTypes(file: string, interfaceName: string): { checker: ts.TypeChecker; types: Map<string, ts.Type> } {
  const program = ts.createProgram([file], {
    strict: true,
    skipLibCheck: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const found = module && checker.getExportsOfModule(module).find(({ name }) => name === interfaceName);
  if (found === undefined) throw new Error(`${interfaceName} is not exported by ${file}`);
  const types = new Map<string, ts.Type>();
  for (const property of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(found))) {
    types.set(property.name, checker.getTypeOfSymbol(property));
  }
  return { checker, types };
}
