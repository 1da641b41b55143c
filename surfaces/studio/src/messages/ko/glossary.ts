// 용어집: 스튜디오에서 쓰는 말, 옆에 논문의 말, 그리고 쉬운 설명.

import type { Messages } from '../en/index.ts';

export const glossary: Messages['glossary'] = {
	token: {
		term: '토큰',
		technical: 'token',
		plain: '모델이 아는 글 조각이에요. 낱말 하나일 때도, 낱말의 일부일 때도, 문장 부호나 바이트 하나일 때도 있어요.',
	},
	id: { term: '번호', technical: 'token id', plain: '어휘에서 토큰마다 붙어 있는 번호예요. 표에서 몇째 줄을 꺼낼지 알려 줄 뿐이에요.' },
	vocabulary: { term: '어휘', technical: 'vocabulary (V)', plain: '모델이 아는 토큰 전부예요. 0번부터 번호가 붙어 있어요.' },
	tokenizer: { term: '토크나이저', technical: 'tokenizer', plain: '글을 토큰으로 자르고, 토큰을 다시 글로 이어 붙이는 부분이에요.' },
	merge: {
		term: '병합',
		technical: 'byte-pair merge',
		plain: '이웃한 두 조각을 하나로 붙이는 일이에요. 어느 쌍을 먼저 붙일지는 모델의 병합 목록에 적혀 있어요.',
	},
	flag: {
		term: '표식',
		technical: 'special token',
		plain: '글자가 아니라 자리를 나타내는 토큰이에요. 글이 시작하는 곳이나 끝나는 곳을 표시해요. 특수 토큰이라고도 해요.',
	},
	vector: {
		term: '벡터',
		technical: 'vector',
		plain: '숫자를 정해진 순서대로 늘어놓은 것이에요. 여기서는 벡터 하나가 토큰 하나를 나타내요.',
	},
	dimension: {
		term: '차원',
		technical: 'dimension',
		plain: '벡터 안의 자리 하나예요. 숫자가 576개인 벡터에는 0번부터 575번까지 자리가 있어요.',
	},
	width: { term: '너비', technical: 'model width (D)', plain: '벡터 하나에 든 숫자의 개수예요. 한 모델 안에서는 어느 토큰이나 같아요.' },
	row: {
		term: '줄',
		technical: 'token embedding',
		plain: '표에서 토큰 하나가 차지하는 숫자들이에요. 행(row)이라고도 해요. 어느 문장에서나 똑같아요.',
	},
	embedding: {
		term: '임베딩',
		technical: 'embedding',
		plain: '토큰을 벡터로 바꾸는 단계예요. 모델의 표에서 토큰마다 제 줄을 찾아 꺼내요.',
	},
	matrix: {
		term: '임베딩 행렬',
		technical: 'embedding matrix (T × D)',
		plain: '문장에 나온 토큰의 줄을 위에서부터 차례로 쌓은 것이에요. 높이는 토큰 수 T, 너비는 D예요.',
	},
	cosine: {
		term: '코사인 유사도',
		technical: 'cosine similarity',
		plain: '두 벡터가 얼마나 같은 쪽을 가리키는지 나타내는 값이에요. 같은 쪽이면 1, 서로 상관없으면 0, 반대쪽이면 −1이에요.',
	},
	tied: {
		term: '표를 함께 씀',
		technical: 'tied embeddings',
		plain: '입구에서 쓰는 표를 출구에서도 그대로 쓴다는 뜻이에요. 표는 하나뿐이에요.',
	},
	hidden: { term: '은닉 상태', technical: 'hidden state', plain: '블록이 둘레의 문장을 살펴보고 나서 토큰의 줄을 고쳐 놓은 벡터예요.' },
	block: {
		term: '블록',
		technical: 'transformer block (layer)',
		plain: '모델의 한 층이에요. 먼저 어텐션을 하고, 그다음 토큰마다 따로 작은 신경망을 거쳐요.',
	},
	attention: {
		term: '어텐션',
		technical: 'scaled dot-product attention',
		plain: '토큰마다 자기 자신과 앞의 토큰을 살펴보고, 거기 담긴 내용을 비율대로 섞어 가져오는 일이에요.',
	},
	head: {
		term: '헤드',
		technical: 'attention head',
		plain: '한 블록 안에서 나란히 일하는 여러 어텐션 가운데 하나예요. 저마다 보는 눈이 달라요.',
	},
	qkv: {
		term: '쿼리, 키, 밸류',
		technical: 'query, key, value (Q, K, V)',
		plain: '토큰마다 벡터를 세 개 만들어요. 쿼리에는 무엇을 찾는지, 키에는 무엇을 보고 찾아오면 되는지, 밸류에는 무엇을 건네줄지가 담겨요.',
	},
	softmax: {
		term: '소프트맥스',
		technical: 'softmax',
		plain: '어떤 숫자든 모두 더하면 1이 되는 비율로 바꿔요. 큰 숫자는 훨씬 더 큰 비율을 차지해요.',
	},
	mask: { term: '마스크', technical: 'causal mask', plain: '뒤에 오는 토큰을 가려요. 맞혀야 할 답을 미리 훔쳐보지 못하게요.' },
	logit: {
		term: '로짓',
		technical: 'logit',
		plain: '어휘의 토큰 하나하나에, 다음에 올 만한지 매긴 점수예요. 소프트맥스를 거치기 전의 값이에요.',
	},
	probability: { term: '확률', technical: 'probability', plain: '0과 1 사이의 비율이에요. 어휘 전체를 더하면 1이 돼요.' },
	temperature: {
		term: '온도',
		technical: 'temperature',
		plain: '소프트맥스를 하기 전에 로짓을 이 값으로 나눠요. 낮으면 거의 언제나 1등이 뽑히고, 높으면 우연이 더 끼어들어요.',
	},
};
