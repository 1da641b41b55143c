// The syntax tree of a template. Names and fields as in jinja2/nodes.py, whose order of children decides what a name means.

export type Expr =
	| { readonly kind: 'const'; readonly value: null | boolean | string | bigint | number }
	| { readonly kind: 'name'; readonly name: string; role: 'load' | 'store' | 'param' }
	| { readonly kind: 'nsref'; readonly name: string; readonly attr: string }
	| { readonly kind: 'list' | 'tuple'; readonly items: readonly Expr[] }
	| { readonly kind: 'dict'; readonly items: readonly (readonly [Expr, Expr])[] }
	| { readonly kind: 'unary'; readonly op: '+' | '-' | 'not'; readonly node: Expr }
	| { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
	| { readonly kind: 'concat'; readonly items: readonly Expr[] }
	| { readonly kind: 'compare'; readonly first: Expr; readonly ops: readonly (readonly [CompareOp, Expr])[] }
	| { readonly kind: 'getattr'; readonly node: Expr; readonly attr: string }
	| { readonly kind: 'getitem'; readonly node: Expr; readonly arg: Expr }
	| { readonly kind: 'slice'; readonly start: Expr | undefined; readonly stop: Expr | undefined; readonly step: Expr | undefined }
	| ({ readonly kind: 'call'; readonly node: Expr } & Arguments)
	| ({ readonly kind: 'filter'; readonly node: Expr | undefined; readonly name: string; readonly line: number } & Arguments)
	| ({ readonly kind: 'test'; readonly node: Expr; readonly name: string; readonly line: number } & Arguments)
	| { readonly kind: 'condexpr'; readonly test: Expr; readonly chosen: Expr; readonly otherwise: Expr | undefined; readonly line: number };

export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**' | 'and' | 'or';
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'notin';

export interface Arguments {
	readonly args: readonly Expr[];
	readonly kwargs: readonly (readonly [string, Expr])[];
	readonly rest: Expr | undefined;
	readonly restKwargs: Expr | undefined;
}

export interface Signature {
	/** Names with role 'param'. */
	readonly args: readonly Expr[];
	/** Of the last arguments. */
	readonly defaults: readonly Expr[];
}

export type Stmt =
	/** Text of the template itself is a string. */
	| { readonly kind: 'output'; readonly items: readonly (string | Expr)[] }
	| { readonly kind: 'assign'; readonly target: Expr; readonly value: Expr }
	| { readonly kind: 'setblock'; readonly target: Expr; readonly filter: Expr | undefined; readonly body: readonly Stmt[] }
	| {
			readonly kind: 'for';
			readonly target: Expr;
			readonly iter: Expr;
			readonly body: readonly Stmt[];
			readonly otherwise: readonly Stmt[];
			readonly test: Expr | undefined;
			readonly recursive: boolean;
	  }
	| {
			readonly kind: 'if';
			readonly test: Expr;
			readonly body: readonly Stmt[];
			readonly elifs: readonly { readonly test: Expr; readonly body: readonly Stmt[] }[];
			readonly otherwise: readonly Stmt[];
	  }
	| ({ readonly kind: 'macro'; readonly name: string; readonly body: readonly Stmt[] } & Signature)
	/** `call` is absent in {% generation %}, which writes its own body. */
	| ({ readonly kind: 'call'; readonly call: Extract<Expr, { kind: 'call' }> | undefined; readonly body: readonly Stmt[] } & Signature)
	| { readonly kind: 'filterblock'; readonly filter: Expr; readonly body: readonly Stmt[] }
	| { readonly kind: 'with'; readonly targets: readonly Expr[]; readonly values: readonly Expr[]; readonly body: readonly Stmt[] }
	| { readonly kind: 'block'; readonly name: string; readonly scoped: boolean; readonly body: readonly Stmt[] }
	| { readonly kind: 'break' | 'continue'; readonly line: number };

/** Expressions right below an expression, in the order in which names are looked up. */
export function parts(node: Expr): readonly Expr[] {
	switch (node.kind) {
		case 'const':
		case 'name':
		case 'nsref':
			return [];
		case 'list':
		case 'tuple':
		case 'concat':
			return node.items;
		case 'dict':
			return node.items.flat();
		case 'unary':
			return [node.node];
		case 'binary':
			return [node.left, node.right];
		case 'compare':
			return [node.first, ...node.ops.map(([, right]) => right)];
		case 'getattr':
			return [node.node];
		case 'getitem':
			return [node.node, node.arg];
		case 'slice':
			return [node.start, node.stop, node.step].filter((part) => part !== undefined);
		case 'call':
		case 'filter':
		case 'test':
			return [node.node, ...node.args, ...node.kwargs.map(([, value]) => value), node.rest, node.restKwargs].filter(
				(part) => part !== undefined,
			);
		case 'condexpr':
			return [node.test, node.chosen, node.otherwise].filter((part) => part !== undefined);
		default:
			return node satisfies never;
	}
}
