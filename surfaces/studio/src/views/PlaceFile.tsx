// Save this view as a file, and open one that was saved.

import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { ask } from '../engine/client.ts';
import { useMessages } from '../messages/index.ts';
import { usePlace } from '../state/place.tsx';
import { placeFile, readPlaceFile } from '../state/place-file.ts';
import { Push } from '../ui/fields.tsx';
import { json, saveText } from '../ui/save.ts';

export function PlaceFileButtons() {
	const words = useMessages().views.place;
	const place = usePlace();
	const [said, setSaid] = useState('');
	async function open(file: File | undefined) {
		const found = file && (await readPlaceFile(file));
		if (!found) return setSaid(words.wrong);
		setSaid('');
		place.go(found.place);
		const print = await ask('fingerprint', [found.place.model]).catch(() => undefined);
		if (found.print && print && print !== found.print) setSaid(words.other(found.place.model));
	}
	return (
		<div className="place-file">
			<Push
				kind="quiet"
				onPress={() => void placeFile(place).then((file) => saveText(`${place.view}.tongsa.json`, 'application/json', json(file)))}
			>
				{words.save}
			</Push>
			<FileTrigger acceptedFileTypes={['.json', 'application/json']} onSelect={(list) => void open(list?.[0])}>
				<Push kind="quiet" onPress={() => {}}>
					{words.open}
				</Push>
			</FileTrigger>
			<span role="status">{said}</span>
		</div>
	);
}
