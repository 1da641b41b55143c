// 용어집: 스튜디오에서 쓰는 말, 옆에 논문의 말, 그리고 쉬운 설명.

import type { Messages } from '../en/index.ts';

export const glossary: Messages['glossary'] = {
	token: {
		term: '토큰',
		technical: 'token',
		plain: '모델이 아는 글 조각이에요. 낱말 하나일 때도, 낱말의 일부일 때도, 기호나 바이트 하나일 때도 있어요.',
	},
	id: { term: '번호', technical: 'token id', plain: '어휘에서 토큰에 붙은 번호예요. 표의 몇째 줄을 꺼낼지만 알려 줘요.' },
	vocabulary: { term: '어휘', technical: 'vocabulary (V)', plain: '모델이 아는 토큰 전부예요. 0번부터 번호가 붙어 있어요.' },
	tokenizer: { term: '토크나이저', technical: 'tokenizer', plain: '글을 토큰으로 자르고, 토큰을 다시 글로 이어 붙이는 부분이에요.' },
	merge: {
		term: '병합',
		technical: 'byte-pair merge',
		plain: '이웃한 두 조각이 하나로 붙는 일이에요. 어느 쌍이 먼저인지는 모델의 병합 목록에 적혀 있어요.',
	},
	flag: { term: '표식', technical: 'special token', plain: '글자를 나타내지 않는 토큰이에요. 시작이나 끝 같은 자리를 표시해요.' },
	vector: { term: '벡터', technical: 'vector', plain: '순서를 정해 늘어놓은 숫자들이에요. 여기서는 벡터 하나가 토큰 하나를 나타내요.' },
	dimension: {
		term: '차원',
		technical: 'dimension',
		plain: '벡터 안의 자리 하나예요. 숫자가 576개인 벡터에는 0번부터 575번까지 자리가 있어요.',
	},
	width: { term: '너비', technical: 'model width (D)', plain: '벡터 하나에 든 숫자의 개수예요. 한 모델 안에서는 모든 토큰이 같아요.' },
	row: { term: '행', technical: 'token embedding', plain: '표에서 토큰 하나가 차지하는 한 줄이에요. 어느 문장에서나 똑같아요.' },
	embedding: { term: '임베딩', technical: 'embedding', plain: '토큰을 벡터로 바꾸는 단계예요. 모델의 표에서 토큰마다 한 줄을 찾아와요.' },
	matrix: {
		term: '임베딩 행렬',
		technical: 'embedding matrix (T × D)',
		plain: '문장의 토큰들이 가진 줄을 차례로 쌓은 것이에요. 높이는 토큰 수 T, 너비는 D예요.',
	},
	cosine: {
		term: '코사인 유사도',
		technical: 'cosine similarity',
		plain: '두 벡터가 얼마나 같은 쪽을 보는지예요. 같은 쪽이면 1, 상관없으면 0, 반대쪽이면 −1이에요.',
	},
	tied: { term: '표를 함께 씀', technical: 'tied embeddings', plain: '입구의 표와 출구의 표가 하나의 같은 표라는 뜻이에요.' },
	hidden: { term: '은닉 상태', technical: 'hidden state', plain: '블록이 주위 문장을 살펴본 뒤 토큰의 줄을 고쳐 놓은 벡터예요.' },
	block: {
		term: '블록',
		technical: 'transformer block (layer)',
		plain: '모델의 한 층이에요. 먼저 어텐션을 하고, 다음에 토큰마다 작은 신경망을 거쳐요.',
	},
	attention: {
		term: '어텐션',
		technical: 'scaled dot-product attention',
		plain: '토큰이 저마다 앞에 있는 토큰들을 살펴보고, 그 내용을 비율대로 섞어 받는 일이에요.',
	},
	head: {
		term: '헤드',
		technical: 'attention head',
		plain: '한 블록 안에서 나란히 일하는 여러 어텐션 가운데 하나예요. 저마다 보는 눈이 달라요.',
	},
	qkv: {
		term: '쿼리, 키, 밸류',
		technical: 'query, key, value (Q, K, V)',
		plain: '토큰마다 만드는 세 벡터예요. 무엇을 찾는지, 무엇으로 찾아지는지, 무엇을 건네는지를 담아요.',
	},
	softmax: {
		term: '소프트맥스',
		technical: 'softmax',
		plain: '어떤 숫자들이든 더해서 1이 되는 비율로 바꿔요. 큰 숫자일수록 훨씬 큰 비율을 차지해요.',
	},
	mask: { term: '마스크', technical: 'causal mask', plain: '뒤에 오는 토큰을 가려요. 맞혀야 할 것을 미리 보지 못하게 하는 거예요.' },
	logit: { term: '로짓', technical: 'logit', plain: '어휘의 토큰 하나가 다음에 올 점수예요. 소프트맥스를 거치기 전의 값이에요.' },
	probability: { term: '확률', technical: 'probability', plain: '0과 1 사이의 비율이에요. 어휘 전체를 더하면 1이 돼요.' },
	temperature: {
		term: '온도',
		technical: 'temperature',
		plain: '소프트맥스 전에 로짓을 이 값으로 나눠요. 낮으면 1등이 뽑히고, 높으면 우연이 더 끼어들어요.',
	},
};
