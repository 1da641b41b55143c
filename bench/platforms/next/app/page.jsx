// A page of Next.js whose client component opens a model.
'use client';

import { useEffect } from 'react';

export default function Page() {
	useEffect(() => void import('../main.js'), []);
	return <h1>Tongsa</h1>;
}
